import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** First words of lines that say how something stands. What they mean is in the words: colours only help to find them. */
const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/^ok(?= )/gm, "green"],
  [/^(FAILED|REFUSED|wrong)(?= )/gm, "red"],
  [/^(warning|not run)(?= )/gm, "yellow"],
  [/^plimsoll: \w+(?=: )/gm, "red"],
  [/^next(?=:? )/gm, "bold"],
  [/^DEVELOPMENT KEYS(?=:)/gm, "yellow"],
];

/** A command's text as it is shown on a stream: coloured on a terminal that has colours and where NO_COLOR isn't set. */
export function coloured(text: string, stream: NodeJS.WriteStream): string {
  return STYLES.reduce(
    (shown, [words, style]) => shown.replace(words, (found) => styleText(style, found, { stream })),
    text,
  );
}
