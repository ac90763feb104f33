import { REPORT_STYLE } from "../../src/report/render-html.ts";

/** Gives a page the look that reports have. A sheet made here is no inline style, which the page forbids. */
export function lookLikeReports(): void {
  const look = new CSSStyleSheet();
  look.replaceSync(REPORT_STYLE);
  document.adoptedStyleSheets = [look];
}
