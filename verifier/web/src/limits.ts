/** A bundle has some kilobytes; whatever is larger by far is another file. */
export const LARGEST_BUNDLE = 4 << 20;
