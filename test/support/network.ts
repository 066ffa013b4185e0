import nock from "nock";
import { afterEach, beforeEach, expect } from "vitest";

/** Nothing in this file's tests reaches a network, and every answer that a test prepares must have been asked for. */
export function sealNetwork(): void {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    nock.restore();
    nock.activate();
    expect(pending).toEqual([]);
  });
}
