/** Property tests draw the same cases every time, so that a red run is about the change; `FC_SEED=…` tries others. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FC_SEED ?? 20_261_124) });
