import { describe, expect, it } from "vitest";
import { identityOf } from "../../../prover/src/owner/identity.ts";
import { type Place, Session } from "../../../prover/web/src/session.ts";
import { LONE_HOME, LONE_SECRET } from "../../support/lone-bundle.ts";

const identity = identityOf(LONE_SECRET, LONE_HOME, "random");
const place = {} as Place;

describe("what the withdrawal page knows", () => {
  it("falls with what it rests on: another wallet or chain takes the key along", () => {
    let changes = 0;
    const session = new Session(() => changes++);
    session.keep(session.turn, "place", place);
    session.keep(session.turn, "identity", identity);
    expect(session.need("identity").secret).toBe(LONE_SECRET);
    session.forget("place");
    expect(session.part("identity")).toBeUndefined();
    expect(() => session.need("identity")).toThrow(/step before/);
    expect(changes).toBeGreaterThanOrEqual(3);
  });

  it("takes no answer that was asked for before something changed", () => {
    const session = new Session(() => {});
    session.keep(session.turn, "place", place);
    const { turn } = session;
    session.forget("identity");
    expect(() => session.keep(turn, "identity", identity)).toThrow(/Something changed in a step before/);
    expect(session.part("identity")).toBeUndefined();
  });
});
