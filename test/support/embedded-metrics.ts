/** What CloudWatch makes of a line that a function printed. */
export { embeddedMetrics } from '../../src/local/cloudwatch/embedded-metrics.ts';
