/** The CDK app, as the CDK's command line runs it (cdk.json). Choices come from its context: infra/settings.ts. */
import { App } from 'aws-cdk-lib';
import { checkApp } from './checks.ts';
import { builtPage } from './map-page.ts';
import { readSettings } from './settings.ts';
import { TrackingStack } from './tracking-stack.ts';

const app = new App();
const name = app.node.tryGetContext('stack') ?? 'simctl';
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
new TrackingStack(app, name, {
  settings: readSettings((key) => app.node.tryGetContext(key)),
  page: builtPage(),
  env: { ...(account ? { account } : {}), ...(region ? { region } : {}) },
});
checkApp(app);
app.synth();
