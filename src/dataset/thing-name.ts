/** What IoT takes for a thing's name (AWS IoT API, ThingName), and a device's id is its thing's name. */
const THING_NAME = /^[a-zA-Z0-9:_-]{1,128}$/;

export function isThingName(text: string): boolean {
  return THING_NAME.test(text);
}
