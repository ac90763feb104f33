/** Something that the user can do something about: its message says what, in the page's words. */
export class PageError extends Error {}
