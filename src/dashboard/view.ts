/** What a person has chosen to see. Pure: a key makes one choice of another. */
export const PAGES = ['overview', 'workers', 'failures', 'map', 'latency'] as const;
export type Page = (typeof PAGES)[number];

export interface View {
  readonly page: Page;
  readonly help: boolean;
  /** Counts the presses of `s`; each table takes it modulo its columns. */
  readonly sort: number;
}

export const FIRST_VIEW: View = { page: 'overview', help: false, sort: 0 };

/** What ink knows of a key that is no character. */
export interface SpecialKey {
  readonly tab?: boolean;
  readonly shift?: boolean;
  readonly leftArrow?: boolean;
  readonly rightArrow?: boolean;
  readonly escape?: boolean;
}

export function nextView(view: View, input: string, key: SpecialKey): View {
  if (input === '?') return { ...view, help: !view.help };
  if (key.escape) return { ...view, help: false };
  if (input === 's') return { ...view, sort: view.sort + 1 };
  const chosen = PAGES[Number(input) - 1];
  if (input !== '' && chosen !== undefined) return { ...view, page: chosen, help: false };
  const step = key.rightArrow || (key.tab && !key.shift) ? 1 : key.leftArrow || key.tab ? -1 : 0;
  if (step === 0) return view;
  const at = (PAGES.indexOf(view.page) + step + PAGES.length) % PAGES.length;
  return { ...view, page: PAGES[at]!, help: false };
}
