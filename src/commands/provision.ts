import { SimctlCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import type { ChosenWay } from '../fleet/way.ts';
import { MANY_DEVICES, WAYS, type Way } from '../fleet/ways.ts';
import { Flags } from '../oclif.ts';
import type { Target } from '../target.ts';
import { targetFlags } from '../target-flags.ts';

const CHOICES = ['dataset', 'probes', 'devices', 'count'];

export default class Provision extends SimctlCommand {
  static override summary = 'Make devices real: each an IoT thing with a key and a certificate of its own.';
  static override description = [
    'One policy lets each device publish to its own topic only. Goes on where it was cut off.',
    'There are three ways to certificates. "calls": four calls to AWS IoT for each device. "own-authority": made here, thousands a second, by an authority of the fleet\'s own, and registered by AWS when a device first connects. "claims": asked for over MQTT, as devices from a factory do.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> provision --target local.json --count 100 --prefix DEV',
    '<%= config.bin %> provision --target local.json --dataset fleet --way own-authority',
    '<%= config.bin %> provision --target aws --devices ids.txt --dry-run',
  ];
  static override usage =
    'provision --target FILE|aws (--dataset DIR | --probes FILE... | --devices FILE | --count N) [FLAGS]';
  static override flags = {
    ...targetFlags,
    dataset: Flags.string({
      helpValue: 'DIR',
      description: 'the devices of what "simctl generate" wrote',
      exactlyOne: CHOICES,
    }),
    probes: Flags.string({
      helpValue: 'FILE',
      multiple: true,
      description: "the devices of trip-simulator's probe files, or of CSV; plain or .gz",
      exactlyOne: CHOICES,
    }),
    'csv-columns': Flags.string({
      helpValue: 'id=…,time=…,lon=…,lat=…',
      description: 'which CSV column holds what',
      dependsOn: ['probes'],
    }),
    devices: Flags.string({ helpValue: 'FILE', description: 'a file with one device id a line', exactlyOne: CHOICES }),
    count: Flags.integer({
      helpValue: 'N',
      min: 1,
      max: 1_000_000,
      description: 'that many devices, named by --prefix and a number',
      exactlyOne: CHOICES,
    }),
    prefix: Flags.string({
      helpValue: 'PREFIX',
      default: 'DEV',
      description: 'the beginning of the names that --count makes',
    }),
    way: Flags.option({
      options: WAYS,
      description: `how devices come by their certificates; by default calls below ${MANY_DEVICES} devices, own-authority from there on where AWS may register them`,
    })(),
    'own-authority': Flags.boolean({ description: 'the same as --way own-authority', exclusive: ['way', 'claims'] }),
    claims: Flags.boolean({ description: 'the same as --way claims', exclusive: ['way', 'own-authority'] }),
    'role-arn': Flags.string({
      description: 'role that lets AWS register devices (AWSIoTThingsRegistration); a stand-in needs none',
      helpValue: 'ARN',
    }),
    'dry-run': Flags.boolean({ description: 'say what would be done, and what it would cost' }),
    list: Flags.boolean({
      description: 'with --dry-run: name the devices that are still to be made',
      dependsOn: ['dry-run'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Provision);
    const [{ readTarget }, { deviceIds }, { provision }, { endOnSignals }, { progressLine }] = await Promise.all([
      import('../target-file.ts'),
      import('../fleet/device-list.ts'),
      import('../fleet/provision.ts'),
      import('../run/signals.ts'),
      import('../progress-line.ts'),
    ]);
    const target = await readTarget(flags.target, flags.stack);
    const ids = await deviceIds(flags);
    const { way, roleArn } = await this.announce(target, ids, flags);
    if (flags['dry-run']) return;
    const ending = endOnSignals();
    const line = progressLine('Provisioning');
    const how = roleArn === undefined ? {} : { [way === 'claims' ? 'claims' : 'ownAuthority']: { roleArn } };
    const options = { target, deviceIds: ids, ...how, signal: ending.stop, onProgress: line.update };
    const { created, already, discarded, interrupted } = await provision(options).finally(line.end);
    ending.release();
    if (discarded > 0) this.say(`note: ${discarded} devices of a stand-in that has ended were discarded`);
    this.say(`${created} devices made, ${already} there already; credentials in ${target.credentialsDir}`);
    if (interrupted) this.exit(EXIT.interrupted);
  }

  /** Says what is to be done, how, and what it costs. */
  private async announce(
    target: Target,
    ids: readonly string[],
    flags: {
      list: boolean;
      way?: Way | undefined;
      'own-authority': boolean;
      claims: boolean;
      'role-arn'?: string | undefined;
    },
  ): Promise<ChosenWay> {
    const [{ missingDevices }, { estimateText }, { isAws }, { chooseWay }] = await Promise.all([
      import('../fleet/inventory.ts'),
      import('../fleet/cost.ts'),
      import('../fleet/session.ts'),
      import('../fleet/way.ts'),
    ]);
    const missing = missingDevices(target, ids);
    const way = flags['own-authority'] ? 'own-authority' : flags.claims ? 'claims' : flags.way;
    const chosen = chooseWay(target, missing.length, { way, roleArn: flags['role-arn'] });
    this.tell(`${missing.length} of ${ids.length} devices are still to be made for ${target.name}`);
    if (chosen.note !== undefined) this.tell(chosen.note);
    if (chosen.way === 'own-authority')
      this.tell('Each is registered when it first connects, or by "simctl fleet activate"');
    else if (isAws(target)) this.tell(estimateText('provision', missing.length));
    if (flags.list) for (const id of missing) this.log(id);
    return chosen;
  }
}
