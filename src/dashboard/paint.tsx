import { Text, type TextProps } from 'ink';
import { createContext, useContext } from 'react';

/** Whether the terminal is to have colours (https://no-color.org); what they say, words say too. */
export const Colours = createContext(true);

/** A text in a colour, where there are any. */
export function Paint({ color, ...rest }: TextProps) {
  const on = useContext(Colours);
  return <Text {...rest} {...(on && color !== undefined ? { color } : {})} />;
}
