/** Markup made of texts: whatever is put into `html` is escaped, unless it is markup itself. Nothing else makes markup. */

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | undefined | readonly Part[];

/** For elements' content and for attributes in double quotes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0]!;
  parts.forEach((part, i) => {
    text += textOf(part) + strings[i + 1]!;
  });
  return new Markup(text);
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return (part as readonly Part[]).map(textOf).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A table for all who cannot see a chart, and for those who want its figures. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): Markup {
  const row = (cells: readonly (string | number)[]) =>
    html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`;
  return html`<div class="scroll"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows.map(row)}</tbody></table></div>`;
}

/** A chart with what it shows, its legend, and its figures beneath. */
export function figure(caption: string, chart: Markup, data: Markup, legend: readonly string[] = []): Markup {
  const keys =
    legend.length === 0
      ? undefined
      : html`<ul class="legend">${legend.map((name, i) => html`<li><i class="k${(i % 7) + 1}"></i>${name}</li>`)}</ul>`;
  return html`<figure><figcaption>${caption}</figcaption>${keys}${chart}<details><summary>Figures of this chart</summary>${data}</details></figure>`;
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

/** Milliseconds, as precise as they are worth reading. */
export function ms(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : count(Math.round(value));
}
