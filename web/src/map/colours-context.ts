import { createContext, useContext } from 'react';
import { type Colours, LIGHT } from './colours.ts';

export const ColoursContext = createContext<Colours>(LIGHT);

export const useColours = () => useContext(ColoursContext);
