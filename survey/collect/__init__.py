"""Taking answers: codes, sealing, the ballot box, the respondent's pages."""
