import { readdirSync, readFileSync } from 'node:fs';

/** The licences of all packages of which esbuild put something into its output; a text that several share comes once. */
export function licencesOf({ inputs }) {
  const roots = Object.keys(inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const byText = new Map();
  for (const root of [...new Set(roots)].sort()) {
    const { name, version, license, author } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    const file = readdirSync(root).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const by = typeof author === 'object' ? author.name : author;
    const text =
      file === undefined ? [license, by].filter(Boolean).join(', ') : readFileSync(`${root}/${file}`, 'utf8');
    byText.set(text.trim(), [...(byText.get(text.trim()) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}
