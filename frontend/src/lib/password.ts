/** How many characters a password has at least: what analytics-service asks for. A test compares the two. */
export const PASSWORD_LENGTH_MIN = 12;
