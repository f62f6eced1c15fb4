"""Whether an installation is as it must be: the settings of everything that it runs on."""
