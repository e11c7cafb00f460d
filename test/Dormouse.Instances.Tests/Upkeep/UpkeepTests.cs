using Dormouse.Contracts;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Instances.Upkeep;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Upkeep;

public sealed class UpkeepTests
{
    private const string Fill =
        "CREATE TABLE filled (id int, text text); INSERT INTO filled SELECT n, repeat('x', 400) FROM generate_series(1, 20000) n";

    private const string Analyzed = "SELECT (reltuples > 0)::text FROM pg_class WHERE relname = 'filled'";

    // However slow the machine is.
    private static UpkeepOptions Unhurried => new() { BeforeSleepMax = TimeSpan.FromMinutes(2) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_a_freeze_tables_are_seen_to_and_the_log_is_short_again()
    {
        await using TestHost host = await TestHost.StartAsync(Patient);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Fill);
        Assert.InRange(LogFilesOf(host, id), 5, 17);

        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);

        Assert.InRange(LogFilesOf(host, id), 1, 3);
        Assert.Equal("true", await host.QueryAsync(id, Analyzed));
    }

    [Fact]
    public async Task Idle_databases_get_their_upkeep_too_and_freeze_although_nobody_asked_for_either()
    {
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromMilliseconds(500),
            StopAfter = TimeSpan.FromHours(1),
            MemoryAvailableMin = 0,
            MemoryStallMax = 2,
            Upkeep = Unhurried,
        });
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Fill);

        await Eventually.TrueAsync(() => host.Lifecycle.Find(id)!.State == InstanceState.Frozen && LogFilesOf(host, id) <= 3);

        Assert.Equal("true", await host.QueryAsync(id, Analyzed));
    }

    [Fact]
    public async Task A_stop_leaves_a_short_log()
    {
        await using TestHost host = await TestHost.StartAsync(Patient);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Fill);

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);

        Assert.InRange(LogFilesOf(host, id), 1, 2);
    }

    [Fact]
    public async Task What_is_too_large_before_sleep_is_owed_and_done_in_the_background_on_a_woken_instance()
    {
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            MemoryAvailableMin = 0,
            MemoryStallMax = 2,
            Upkeep = new UpkeepOptions { ShortTableBytes = 4096, BackgroundPeriod = TimeSpan.FromMilliseconds(50) },
        });
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Fill);

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await host.QueryAsync(id, "UPDATE filled SET id = id + 1");
        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);

        await Eventually.TrueAsync(() => host.Lifecycle.UpkeepOwed.Count == 0);
        Assert.Equal("true", await host.QueryAsync(id, Analyzed));
        Assert.Equal("20000", await host.QueryAsync(id, "SELECT count(*) FROM filled WHERE id > 1"));
    }

    [Fact]
    public async Task What_a_tenant_sets_for_its_database_neither_misleads_upkeep_nor_stops_it()
    {
        await using TestHost host = await TestHost.StartAsync(Patient);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(
            id,
            """
            CREATE TABLE stolen (who text);
            CREATE FUNCTION steal() RETURNS bigint LANGUAGE plpgsql AS
              $$ BEGIN INSERT INTO public.stolen VALUES (current_user); RETURN 1; END $$;
            CREATE VIEW pg_class AS SELECT steal() AS oid;
            CREATE FUNCTION format(text, name, name) RETURNS text LANGUAGE sql AS $$ SELECT public.steal()::text $$;
            ALTER DATABASE postgres SET search_path = public, pg_catalog;
            ALTER DATABASE postgres SET default_transaction_read_only = on;
            ALTER DATABASE postgres SET statement_timeout = '1ms';
            ALTER DATABASE postgres SET role = app;
            """
        );
        using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
        {
            await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
            await session.ExecuteSimpleAsync(
                "SET search_path = pg_catalog, public; SET statement_timeout = 0; SET transaction_read_only = off",
                Cancellation
            );
            await session.ExecuteSimpleAsync("SET default_transaction_read_only = off", Cancellation);
            await session.ExecuteSimpleAsync(
                Fill.Replace("TABLE filled", "TABLE public.filled", StringComparison.Ordinal)
                    .Replace("INTO filled", "INTO public.filled", StringComparison.Ordinal),
                Cancellation
            );
        }

        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);

        Assert.InRange(LogFilesOf(host, id), 1, 3);
        using IInstanceLease again = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection reader = await TestHost.ConnectAsync(again.Endpoint);
        await reader.ExecuteSimpleAsync("SET statement_timeout = 0", Cancellation);
        await reader.ExecuteSimpleAsync("SET search_path = pg_catalog, public", Cancellation);
        Assert.Equal("true", await TestHost.ScalarAsync(reader, Analyzed));
        Assert.Equal("0", await TestHost.ScalarAsync(reader, "SELECT count(*) FROM public.stolen"));
    }

    private static InstancesOptions Patient(string path) =>
        new()
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Upkeep = Unhurried,
        };

    private static int LogFilesOf(TestHost host, DatabaseId id) => LogFolder.Read(host.PathOf(id, "data")).Files;
}
