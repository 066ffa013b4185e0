/** Pixels of a character in a line of text; the letters are stretched to it, whatever font a reader has. */
const charWidth = 8.4;
const lineHeight = 19;
const margin = 20;

/** Colours of a light page and of a dark one, as GitHub has them. */
const style = `
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
rect { fill: #f6f8fa; stroke: #d1d9e0 }
.bold { font-weight: bold }
.red { fill: #cf222e }
.green { fill: #1a7f37 }
.yellow { fill: #9a6700 }
.cyan { fill: #1b7c83 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
rect { fill: #161b22; stroke: #30363d }
.red { fill: #ff7b72 }
.green { fill: #3fb950 }
.yellow { fill: #d29922 }
.cyan { fill: #39c5cf }
}`;

/** What of the screen is painted in one way, and the column that it begins at. */
interface Piece {
  readonly at: number;
  readonly text: string;
  readonly paint: string | null;
}

/** The names of the codes (SGR) that flowrun paints with; a code without a name ends what was begun. */
const paints: Readonly<Record<string, string>> = { 1: "bold", 31: "red", 32: "green", 33: "yellow", 36: "cyan" };

/** What a terminal shows, as an SVG picture that is readable on a light page and on a dark one. Pure. */
export function drawScreen(lines: readonly string[], columns: number): string {
  const width = Math.round(columns * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const texts = lines.flatMap((line, row) =>
    piecesOf(line).map((piece) => textElement(piece, margin + (row + 0.75) * lineHeight)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${style}\n</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...texts,
    "</svg>\n",
  ].join("\n");
}

/** The painted pieces of a line, blanks at their ends left out. */
function piecesOf(line: string): readonly Piece[] {
  let at = 0;
  let paint: string | null = null;
  return line.split(/(\u001b\[\d+m)/).flatMap((part) => {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) {
      paint = paints[code] ?? null;
      return [];
    }
    const piece = { at: at + part.length - part.trimStart().length, text: part.trim(), paint };
    at += part.length;
    return piece.text === "" ? [] : [piece];
  });
}

function textElement({ at, text, paint }: Piece, y: number): string {
  const x = margin + at * charWidth;
  const named = paint === null ? "" : ` class="${paint}"`;
  const size = `textLength="${(text.length * charWidth).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${x.toFixed(1)}" y="${y}"${named} ${size} xml:space="preserve">${escapeXml(text)}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
