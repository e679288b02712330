/** The CDK app, as the CDK's command line runs it (cdk.json). Choices come from its context: infra/settings.ts. */
import { App } from 'aws-cdk-lib';
import { checkApp } from './checks.ts';
import { builtPage } from './map-page.ts';
import { readSettings } from './settings.ts';
import { TrackingStack } from './tracking-stack.ts';

const app = new App();
const name = app.node.tryGetContext('stack') ?? 'simctl';
// Of no account and Region: it is deployed to those of the credentials.
new TrackingStack(app, name, {
  settings: readSettings((key) => app.node.tryGetContext(key)),
  page: builtPage(),
});
checkApp(app);
app.synth();
