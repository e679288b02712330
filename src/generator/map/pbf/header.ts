import { PbfReader } from 'pbf';
import { Damage } from './damage.ts';
import { bytesOf } from './fields.ts';

const KNOWN = new Set(['OsmSchema-V0.6', 'DenseNodes']);

/** @throws Damage where the file wants its reader to know more than this one does. */
export function checkHeader(bytes: Uint8Array): void {
  const pbf = new PbfReader(bytes);
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    if (field !== 4) continue;
    const feature = Buffer.from(bytesOf(pbf)).toString('utf8');
    if (KNOWN.has(feature)) continue;
    throw new Damage(
      `it requires ${JSON.stringify(feature.slice(0, 60))} of whoever reads it`,
      feature === 'HistoricalInformation'
        ? 'That is a history file: take the extract of one day.'
        : 'Rewrite it with "osmium cat", or take another extract.',
    );
  }
}
