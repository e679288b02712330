/** The page in Debian's Chromium, drawn in software, and a door before the stand-in that can be shut. */
import { existsSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const noChromium = !existsSync(CHROMIUM);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
}

export type PageOptions = BrowserContextOptions & { readonly lightMap?: boolean };

/** A page, and what it complained of: console errors, exceptions, violations of its policy. */
export async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const { lightMap, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1024, height: 640 }, ...rest });
  if (lightMap) await context.addInitScript(() => localStorage.setItem('simctl-map-kind', 'light'));
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

/** TCP to `port`, for as long as it is open. */
export async function openDoor(port: number) {
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((socket) => {
    if (!open) return socket.destroy();
    const inner = connect(port, '127.0.0.1');
    for (const end of [socket, inner]) {
      sockets.add(end);
      end.on('close', () => sockets.delete(end));
      end.on('error', () => {});
    }
    socket.pipe(inner).pipe(socket);
    socket.on('close', () => inner.destroy());
    inner.on('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shut = () => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    shut,
    reopen() {
      open = true;
    },
    close() {
      shut();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
