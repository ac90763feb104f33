import { en } from "zod/locales";

/** For `safeParse`: the small zod says no more than "Invalid input" of anything unless it is given words. */
export const ENGLISH = Object.freeze({ error: en().localeError });
