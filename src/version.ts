/** The same as in package.json (a test holds it so): read from there, it would cost every start a file. */
export const version = "0.1.0";
