import { afterEach, expect, it, vi } from "vitest";
import { chromiumFor } from "./browser.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("says which tests were not run without a browser, and fails them where one is required", () => {
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.stubEnv("PLIMSOLL_BROWSER", undefined);
  vi.stubEnv("CHROMIUM_PATH", "");
  expect(chromiumFor("the page", "/a/chromium")).toBe("/a/chromium");
  expect(said).not.toHaveBeenCalled();
  const without = () => chromiumFor("the page", null);
  expect(without()).toBeUndefined();
  expect(said).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^not run: the page in a browser, .*CHROMIUM_PATH\n$/),
  );
  vi.stubEnv("PLIMSOLL_BROWSER", "required");
  expect(without).toThrow("not run: the page in a browser");
});
