/** Files of the sample exchange, as the examples of several commands name them. */
export const DEMO = "--risk-parameters examples/demo/risk-parameters.json --marks examples/demo/marks.json";

/** An example below a command's help, its lines broken as a shell takes them. */
export const example = (...lines: string[]): string => `\nExample:\n  plimsoll ${lines.join(" \\\n    ")}`;
