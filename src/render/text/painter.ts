import { Chalk } from "chalk";

type Paint = (text: string) => string;

/** The colours of the house: the terminal's own sixteen, so that they suit its theme. */
export interface Painter {
  readonly green: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  /** For headings. */
  readonly bold: Paint;
}

/**
 * A painter that paints where `colour` says so and otherwise leaves text alone. The level is set here, because chalk's
 * own detection knows stdout only and overlooks NO_COLOR.
 */
export function createPainter(colour: boolean): Painter {
  return new Chalk({ level: colour ? 1 : 0 });
}

/** How a status is shown. */
export interface StatusLook {
  /** The text of it that there is room for. */
  readonly told?: string;
  /** True for a success that is none for all records. */
  readonly isFlawed?: boolean;
}

/** A run's status in its colour; one we do not know stays plain. Pure. */
export function paintStatus(status: string, painter: Painter, look: StatusLook = {}): string {
  const { told = status, isFlawed = false } = look;
  switch (status) {
    case "success":
      return isFlawed ? painter.yellow(told) : painter.green(told);
    case "failed":
      return painter.red(told);
    case "partialSuccess":
      return painter.yellow(told);
    case "inProgress":
      return painter.cyan(told);
    default:
      return told;
  }
}
