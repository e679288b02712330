import { describe, expect, it } from 'vitest';
import { carPassage, directions, limitKmh, stopsCars } from '../../../src/generator/map/car-roads.ts';

describe('roads for cars', () => {
  it.each([
    [{ highway: 'residential' }, 25],
    [{ highway: 'motorway' }, 90],
    [{ highway: 'motorway', maxspeed: '70' }, 56],
    [{ highway: 'service', maxspeed: 'walk' }, 8],
    [{ highway: 'residential', maxspeed: 'signals' }, 25],
    [{ highway: 'residential', maxspeed: '30 mph' }, 30 * 1.609344 * 0.8],
    [{ highway: 'residential', maxspeed: '30', surface: 'cobblestone' }, 24],
    [{ highway: 'residential', maxspeed: '50', surface: 'cobblestone' }, 30],
    [{ highway: 'residential', tracktype: 'grade5' }, 20],
    [{ highway: 'footway' }, undefined],
    [{ highway: 'construction' }, undefined],
    [{}, undefined],
    [{ highway: 'service', access: 'private' }, 15],
    [{ highway: 'service', access: 'no', motor_vehicle: 'yes' }, 15],
    [{ highway: 'residential', motor_vehicle: 'no' }, undefined],
    [{ highway: 'residential', motorcar: 'no' }, undefined],
    [{ highway: 'residential', oneway: 'reversible' }, undefined],
    [{ highway: 'unclassified', area: 'yes' }, undefined],
  ])('%j: %s km/h', (tags, kmh) => {
    const speed = carPassage(tags)?.forward;
    if (kmh === undefined) expect(speed).toBeUndefined();
    else expect(speed).toBeCloseTo(kmh / 3.6, 9);
  });

  it.each([
    [{}, true, true],
    [{ oneway: 'yes' }, true, false],
    [{ oneway: '1' }, true, false],
    [{ oneway: '-1' }, false, true],
    [{ oneway: 'no' }, true, true],
    [{ highway: 'motorway' }, true, false],
    [{ highway: 'motorway', oneway: 'no' }, true, true],
    [{ junction: 'roundabout' }, true, false],
    [{ junction: 'roundabout', oneway: 'no' }, true, true],
  ])('%j: forward %s, backward %s', (tags, forward, backward) => {
    expect(directions(tags)).toEqual({ forward, backward });
  });

  it.each([
    ['50', 50],
    ['50 km/h', 50],
    ['25 mph', 25 * 1.609344],
    ['25mph', 25 * 1.609344],
    ['none', 140],
    ['walk', 10],
    ['DE:urban', 50],
    ['rural', 90],
    ['50;30', 50],
    ['signals', Number.NaN],
    ['', Number.NaN],
    [undefined, Number.NaN],
    ['-30', Number.NaN],
  ])('a limit of %j is %s km/h', (tag, kmh) => {
    if (Number.isNaN(kmh)) expect(limitKmh(tag)).toBeNaN();
    else expect(limitKmh(tag)).toBeCloseTo(kmh, 6);
  });

  it('is for those who live there alone where it is private, and avoided where it is an alley or has one lane', () => {
    expect(carPassage({ highway: 'service', access: 'private' })).toMatchObject({ local: true, ease: 1 });
    expect(carPassage({ highway: 'service', service: 'alley' })).toMatchObject({ local: false, ease: 0.5 });
    expect(carPassage({ highway: 'residential', lanes: '1' })).toMatchObject({ ease: 0.5 });
    expect(carPassage({ highway: 'residential', lanes: '1', oneway: 'yes' })).toMatchObject({ ease: 1 });
  });

  it.each([
    [{ barrier: 'bollard' }, true],
    [{ barrier: 'bollard', bollard: 'rising' }, false],
    [{ barrier: 'gate' }, false],
    [{ barrier: 'gate', access: 'no' }, true],
    [{ barrier: 'block', motor_vehicle: 'yes' }, false],
    [{ highway: 'crossing' }, false],
  ])('a node of %j stops cars: %s', (tags, stops) => {
    expect(stopsCars(tags)).toBe(stops);
  });
});
