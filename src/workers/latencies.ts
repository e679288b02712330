import {
  decodeHistogram,
  encodeHistogram,
  type Histogram,
  newHistogram,
  type Percentiles,
  percentilesOf,
} from '../histogram.ts';
import { addRecorded } from '../recorder.ts';
import { LATENCIES, type Latencies, type RecordedLatencies } from './protocol.ts';

/** The histograms of some attempts, one for each of LATENCIES. */
export type FleetHistograms = Record<keyof Latencies, Histogram>;

export function newHistograms(): FleetHistograms {
  return { response: newHistogram(), service: newHistogram(), late: newHistogram(), lag: newHistogram() };
}

export function decodeLatencies(encoded: Latencies): FleetHistograms {
  return Object.fromEntries(LATENCIES.map((name) => [name, decodeHistogram(encoded[name])])) as FleetHistograms;
}

export function encodeLatencies({ response, service, late, lag }: FleetHistograms): Latencies {
  return {
    response: encodeHistogram(response),
    service: encodeHistogram(service),
    late: encodeHistogram(late),
    lag: encodeHistogram(lag),
  };
}

export function addAllRecorded(into: FleetHistograms, recorded: RecordedLatencies): void {
  for (const name of LATENCIES) addRecorded(into[name], recorded[name]);
}

export function addLatencies(into: FleetHistograms, from: FleetHistograms): void {
  for (const name of LATENCIES) into[name].add(from[name]);
}

export function percentilesOfAll({
  response,
  service,
  late,
  lag,
}: FleetHistograms): Record<keyof Latencies, Percentiles> {
  return {
    response: percentilesOf(response),
    service: percentilesOf(service),
    late: percentilesOf(late),
    lag: percentilesOf(lag),
  };
}
