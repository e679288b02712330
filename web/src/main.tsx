import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { type Config, loadConfig } from './config.ts';
import { AskFailure, queryApi } from './feed/ask.ts';
import { readBudget } from './feed/budget.ts';
import { newWatcher } from './fleet/watcher.ts';
import { type Page, PageContext } from './page-context.ts';

const root = createRoot(document.getElementById('page')!);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A laptop without a network still reaches its own stand-in.
      networkMode: 'always',
      retry: (failures, error) =>
        failures < 4 &&
        error instanceof AskFailure &&
        (error.status === 0 || error.status === 429 || error.status >= 500),
      retryDelay: (failures, error) =>
        Math.max((error as AskFailure).retryAfterMs ?? 0, Math.min(30_000, 1_000 * 2 ** failures)),
    },
  },
});

function open(config: Config): Page {
  const now = Date.now;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const credential: Page['credential'] = {};
  return {
    config,
    credential,
    api: queryApi({ config, now, admit: readBudget(config.readsPerSecond, now), credential: () => credential.value }),
    watcher: newWatcher(now(), { still }),
  };
}

try {
  const page = open(await loadConfig());
  root.render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <PageContext.Provider value={page}>
          <App />
        </PageContext.Provider>
      </QueryClientProvider>
    </StrictMode>,
  );
} catch (error) {
  root.render(
    <main role="alert" className="failed">
      <h1>The map cannot open</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <p>The page is told where its API is by config.json beside it.</p>
    </main>,
  );
}
