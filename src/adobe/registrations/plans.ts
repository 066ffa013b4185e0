import { FlowrunError } from "../../errors.ts";
import type { ChangeWords, PlannedChange } from "./change.ts";
import {
  providerUrl,
  registrationsUrl,
  registrationUrl,
  sampleUrl,
  type ConsolePlace,
  type Workspace,
} from "./console-place.ts";
import { createBody, enabledPatch, updateBody, type DraftChanges, type Draft } from "./draft.ts";
import type { EventProvider } from "./providers.ts";
import { carriesFlowRuns, type Registration } from "./registration.ts";

/** A change, and the words for what may come of it. */
export interface Plan {
  readonly change: PlannedChange;
  readonly words: ChangeWords;
}

/** Where a plan's request goes. */
export interface PlanPlace {
  readonly apiUrl: string;
  readonly consumerOrgId: string;
  readonly workspace: Workspace;
}

/**
 * The workspace of a place, for what cannot be done in an organisation at large.
 * @throws FlowrunError `settings` where the place names none. Pure.
 */
export function requireWorkspace({ workspace }: ConsolePlace, deed: string): Workspace {
  if (workspace !== null) return workspace;
  throw new FlowrunError("settings", `flowrun does not know in which workspace to ${deed}`, {
    why: "the profile names no project and no workspace of Adobe Developer Console",
    hint: "flowrun login --from <the project's file>, or: flowrun config set projectId <id>, and workspaceId",
  });
}

/** Makes a registration for a credential. @throws FlowrunError as `createBody`. Pure. */
export function planCreate({ apiUrl, ...place }: PlanPlace, draft: Draft, clientId: string): Plan {
  return {
    change: {
      method: "POST",
      url: registrationsUrl(apiUrl, place),
      contentType: json,
      body: createBody(draft, clientId),
    },
    words: {
      deed: "create the registration",
      missing: {
        message: "there is no such organisation, project or workspace, or no such event in it",
        hint: "check the profile's ids (flowrun config list) and the events (flowrun providers --events)",
      },
      lookup: "flowrun registrations",
    },
  };
}

/** Replaces a registration by itself with some changes. @throws FlowrunError as `updateBody`. Pure. */
export function planUpdate(place: PlanPlace, registration: Registration, changes: DraftChanges): Plan {
  const body = updateBody(registration, changes);
  return onRegistration(place, registration, "change", { method: "PUT", contentType: json, body });
}

/** Switches a registration on or off. Pure. */
export function planSwitch(place: PlanPlace, registration: Registration, enabled: boolean): Plan {
  const body = enabledPatch(enabled);
  const contentType = "application/json-patch+json";
  return onRegistration(place, registration, enabled ? "enable" : "disable", { method: "PATCH", contentType, body });
}

/** Deletes a registration, and its journal with it. Pure. */
export function planDelete(place: PlanPlace, registration: Registration): Plan {
  return onRegistration(place, registration, "delete", { method: "DELETE", contentType: null, body: null });
}

/**
 * Has Adobe deliver a sample of one of a registration's events to it.
 * @param eventCode `undefined`: a flow run's where it listens to any, else the first.
 * @throws FlowrunError `usage` for an event that it does not listen to. Pure.
 */
export function planSample(apiUrl: string, registration: Registration, eventCode: string | undefined): Plan {
  const { id, name, interests } = registration;
  const isFlowRun = (code: string): boolean => carriesFlowRuns({ ...registration, eventCodes: [code] });
  const usual = interests.find((interest) => isFlowRun(interest.eventCode)) ?? interests[0];
  const chosen = eventCode === undefined ? usual : interests.find((interest) => interest.eventCode === eventCode);
  if (chosen?.providerId == null) {
    const told = eventCode === undefined ? "any event" : JSON.stringify(eventCode);
    throw new FlowrunError("usage", `the registration '${name}' does not listen to ${told}`, {
      why:
        interests.length === 0
          ? "it names no events with their providers"
          : `it listens to ${interests.map((interest) => interest.eventCode).join(", ")}`,
      hint: `leave --event out, or add it: flowrun registrations update ${id} --events <codes>`,
    });
  }
  return {
    change: {
      method: "POST",
      url: sampleUrl(apiUrl, chosen.providerId, chosen.eventCode, id),
      contentType: null,
      body: null,
    },
    words: {
      deed: `deliver a sample of ${chosen.eventCode}`,
      missing: {
        message: `Adobe finds no sample of ${chosen.eventCode} for the registration`,
        hint: `try another of its events: flowrun registrations test ${id} --event <code>`,
      },
      lookup: registration.deliveryType === "journal" ? "flowrun since -PT10M" : `flowrun registrations trace ${id}`,
    },
  };
}

/** Deletes a provider of somebody's own. @throws FlowrunError `usage` for one of Adobe's. Pure. */
export function planProviderDelete(place: Omit<PlanPlace, "workspace">, provider: EventProvider): Plan {
  const { id, label, workspace } = provider;
  if (workspace === null) {
    throw new FlowrunError("usage", `the event provider '${label}' is none that can be deleted`, {
      why: "it names no workspace that it was made in: it is a product's own, and keeps no project from being deleted",
      hint: "see which belong to a workspace: flowrun providers",
    });
  }
  return {
    change: {
      method: "DELETE",
      url: providerUrl(place.apiUrl, place.consumerOrgId, workspace, id),
      contentType: null,
      body: null,
    },
    words: {
      deed: "delete the event provider",
      missing: {
        message: `there is no event provider ${JSON.stringify(id)} any more`,
        hint: "see what there is: flowrun providers",
      },
      lookup: "flowrun providers",
    },
  };
}

const json = "application/json";

function onRegistration(
  { apiUrl, consumerOrgId, workspace }: PlanPlace,
  { id }: Registration,
  verb: string,
  change: Omit<PlannedChange, "url">,
): Plan {
  return {
    change: { ...change, url: registrationUrl(apiUrl, consumerOrgId, workspace, id) },
    words: {
      deed: `${verb} the registration`,
      missing: {
        message: `there is no registration ${JSON.stringify(id)} any more`,
        hint: "see what there is: flowrun registrations",
      },
      lookup: `flowrun registrations show ${id}`,
    },
  };
}
