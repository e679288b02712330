/** A dataset: a directory with manifest.json, devices.csv and probe files partitioned by device; and foreign probe files. */
export { type CsvColumns, parseCsvColumns } from './dataset/csv-columns.ts';
export { type DatasetDevice, readDevices } from './dataset/devices.ts';
export { type Dataset, type Manifest, openDataset } from './dataset/manifest.ts';
export { probeLine } from './dataset/probe-line.ts';
export { type ReadProbesOptions, readProbes, type SourcedProbe } from './dataset/probes.ts';
export { isThingName } from './dataset/thing-name.ts';
export { type LoadedTrack, readTracks } from './dataset/tracks.ts';
export { createDataset, type DatasetWriter } from './dataset/writer.ts';
