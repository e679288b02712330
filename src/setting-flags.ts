import { EXIT } from './errors.ts';
import { Flags, type Interfaces } from './oclif.ts';
import { numberOf, type Setting, type Settings, type ValueOf, type Values } from './setting.ts';

type FlagOf<S, V> = S extends { kind: 'switch' }
  ? Interfaces.BooleanFlag<boolean>
  : Interfaces.OptionFlag<V extends undefined ? ValueOf<S> | undefined : V>;

/** The flags of a table of settings, each under its own name. */
export function flagsOf<const T extends Settings>(settings: T): { [K in keyof T]: FlagOf<T[K], Values<T>[K]> } {
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, flagOf(setting)])) as {
    [K in keyof T]: FlagOf<T[K], Values<T>[K]>;
  };
}

function flagOf(setting: Setting) {
  const { description, group, value = numberWord(setting), exclusive, dependsOn } = setting;
  const common = {
    ...(description === undefined ? {} : { description }),
    ...(group === undefined ? {} : { helpGroup: group }),
    ...(value === undefined ? {} : { helpValue: value }),
    ...(exclusive === undefined ? {} : { exclusive: [...exclusive] }),
    ...(dependsOn === undefined ? {} : { dependsOn: [...dependsOn] }),
  };
  switch (setting.kind) {
    case 'switch':
      return Flags.boolean(common);
    case 'text':
      return Flags.string({ ...common, ...(setting.default === undefined ? {} : { default: setting.default }) });
    case 'texts':
      return Flags.string({
        ...common,
        multiple: true,
        ...(setting.takesMore === true ? {} : { multipleNonGreedy: true }),
        ...(setting.usual === undefined ? {} : { defaultHelp: async () => setting.usual?.join(', ') }),
        // By a function, and with a word for it: the help would show an empty list as "[default: ]".
        ...(setting.default === undefined
          ? {}
          : {
              default: async () => [...(setting.default ?? [])],
              defaultHelp: async () => setting.default?.join(', ') || undefined,
            }),
      });
    case 'choice': {
      const options = setting.choices.map(String);
      const isNumber = typeof setting.choices[0] === 'number';
      return Flags.custom<string | number>({
        ...common,
        options,
        parse: async (text) => (isNumber ? Number(text) : text),
        ...(setting.default === undefined ? {} : { default: setting.default }),
      })();
    }
    case 'whole':
    case 'time':
    case 'decimal':
      return Flags.custom<number>({
        ...common,
        parse: async (text, context, { name }) => {
          const number = numberOf(setting, text);
          if (typeof number === 'number') return number;
          const wrong = `xpected ${number}; got "${text}"`;
          const { wrongValues } = context as { readonly wrongValues?: string[] };
          if (wrongValues) {
            wrongValues.push(`--${name}: e${wrong}`);
            return Number.NaN;
          }
          // oclif says which flag it is, and where help is, and ends with the code that the error brings.
          throw Object.assign(new Error(`E${wrong}`), { oclif: { exit: EXIT.usage } });
        },
        ...(setting.default === undefined ? {} : { default: setting.default }),
      })();
  }
}

/** What stands for a number in the help: its unit, where it has one. */
function numberWord(setting: Setting): string | undefined {
  if (setting.kind === 'time') return setting.unit === 's' ? 'SECONDS' : 'MS';
  return setting.kind === 'whole' || setting.kind === 'decimal' ? 'N' : undefined;
}
