/** Lambda sets it, the stand-in does not. */
const { AWS_LAMBDA_FUNCTION_NAME } = process.env;

/**
 * One JSON object as a line of the function's log. Lambda's console would wrap it up in a line of its own, and CloudWatch
 * looks for metrics, and simctl for the trackers' answers, in lines that are nothing else.
 */
export function printLine(value: object): void {
  const line = JSON.stringify(value);
  if (AWS_LAMBDA_FUNCTION_NAME) process.stdout.write(`${line}\n`);
  else console.log(line);
}
