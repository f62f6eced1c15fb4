// The event that a page in two languages hears when another one is shown.
export const SPOKEN = "candour-spoken";
