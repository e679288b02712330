import { describe, expect, it } from 'vitest';
import { DEFAULTS, readSettings } from '../../infra/settings.ts';

const read = (context: Record<string, string>) => readSettings((name) => context[name]);

describe('settings of a deployment', () => {
  it('are the defaults where nothing is said', () => {
    expect(read({})).toEqual(DEFAULTS);
    expect(read({ ingest: '', trackers: '' })).toEqual(DEFAULTS);
  });

  it('are what the context says', () => {
    expect(
      read({
        ingest: 'stream',
        trackers: '3',
        trackerPrefix: 't',
        ingestConcurrency: '1',
        queriesPerSecond: '5',
        jwtIssuer: 'https://i.example',
        jwtAudience: 'a,b',
        mapStyle: 'https://tiles.example/style.json?key=1',
        alarmEmail: 'a@b',
        answersLog: 'false',
        generators: 'true',
        generatorVcpus: '40',
        retain: 'true',
        costCenter: 'x',
      }),
    ).toEqual({
      ingest: 'stream',
      trackers: 3,
      trackerPrefix: 't',
      ingestConcurrency: 1,
      queriesPerSecond: 5,
      viewers: { kind: 'jwt', issuer: 'https://i.example', audience: ['a', 'b'] },
      mapStyle: 'https://tiles.example/style.json?key=1',
      alarmEmail: 'a@b',
      answersLog: false,
      generators: true,
      generatorVcpus: 40,
      retain: true,
      costCenter: 'x',
    });
    expect(read({ viewers: 'none' }).viewers).toEqual({ kind: 'none' });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ ingest: 'queue' }, /ingest must be one of lambda, stream, direct, not "queue"/],
    [{ trackers: '0' }, /trackers must be a whole number from 1 to 500/],
    [{ trackers: '1.5' }, /trackers must be/],
    [{ trackers: '501' }, /trackers must be/],
    [{ trackerPrefix: 'a b' }, /trackerPrefix must be/],
    [{ answersLog: 'no' }, /answersLog must be true or false/],
    [{ retain: 'yes' }, /retain must be true or false/],
    [{ generators: 'on' }, /generators must be true or false/],
    [{ generatorVcpus: '0' }, /generatorVcpus must be a whole number/],
    [{ mapStyle: "https://x'; script-src *" }, /mapStyle must be an https address/],
    [{ viewers: 'all' }, /viewers must be pool, jwt or none/],
    [{ viewers: 'jwt' }, /needs jwtIssuer.*needs jwtAudience/],
    [{ jwtAudience: 'a' }, /for viewers=jwt alone/],
    [{ ingest: 'x', trackers: 'y' }, /ingest must.*; trackers must/],
  ])('%j is refused', (context, message) => {
    expect(() => read(context)).toThrow(message);
  });
});
