/** All tests of templates in one file, which is one process: making the first template takes seconds, the next ones do not. */
import { beforeAll } from 'vitest';
import { INGEST_DESIGNS } from '../../src/local/ingest-design.ts';
import { templateOf } from './template.ts';
import './suites/templates.ts';
import './suites/device-policy.ts';
import './suites/rule.ts';
import './suites/generators.ts';

beforeAll(() => INGEST_DESIGNS.forEach(templateOf), 120_000);
