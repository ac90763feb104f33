import * as z from "zod/mini";

// Schemas would compile themselves with eval, which the page forbids. Imported before whatever makes schemas.
z.config({ jitless: true });
