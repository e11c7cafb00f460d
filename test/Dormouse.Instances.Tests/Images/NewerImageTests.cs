using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Tests.Lifecycle;

namespace Dormouse.Instances.Tests.Images;

public sealed class NewerImageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_newer_minor_version_is_taken_at_the_next_cold_start_and_not_before()
    {
        using var images = new TestImages();
        string old = await images.AddAsync('a', "18.1");
        await using TestHost host = await TestHost.StartAsync(images: images);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 42 AS answer");
        Assert.Equal((old, "18.1"), ImageOf(host, id));

        string next = await images.AddAsync('b', "18.2");
        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        Assert.Equal("42", await host.QueryAsync(id, "SELECT answer FROM kept"));
        Assert.Equal((old, "18.1"), ImageOf(host, id));

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal("42", await host.QueryAsync(id, "SELECT answer FROM kept"));
        Assert.Equal((next, "18.2"), ImageOf(host, id));
        Assert.Contains(
            host.Lifecycle.Find(id)!.History,
            change => change.Reason == "woken, now on PostgreSQL 18.2 (image bbbbbbbbbbbb) instead of 18.1 (image aaaaaaaaaaaa)"
        );
        await Testing.Eventually.TrueAsync(() =>
            InstanceRecord.TryRead(host.PathOf(id, "instance.json")) is { PostgresVersion: "18.2" } record && record.ImageDigest == next
        );

        // Said once, and not at each start.
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await host.Lifecycle.WakeAsync(id, Cancellation);
        Assert.Equal("woken", host.Lifecycle.Find(id)!.History[^1].Reason);
    }

    [Fact]
    public async Task An_older_version_another_major_and_one_that_lacks_an_extension_are_passed_over()
    {
        using var images = new TestImages();
        string own = await images.AddAsync('a', "18.5");
        await using TestHost host = await TestHost.StartAsync(images: images);
        DatabaseId id = await host.CreateAsync();
        await images.AddAsync('b', "18.4");
        await images.AddAsync('c', "19.1");
        await images.AddAsync('d', "18.6", withoutExtension: "pg_trgm");

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await host.Lifecycle.WakeAsync(id, Cancellation);

        Assert.Equal((own, "18.5"), ImageOf(host, id));
        Assert.Equal("woken", host.Lifecycle.Find(id)!.History[^1].Reason);
    }

    [Fact]
    public async Task A_record_without_a_version_gets_it_at_the_next_cold_start()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        await first.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await first.Lifecycle.DisposeAsync();
        string path = first.PathOf(id, "instance.json");
        (InstanceRecord.TryRead(path)! with { PostgresVersion = null }).Write(path);

        await using TestHost second = await first.SucceedAsync();
        Assert.Null(second.Lifecycle.Find(id)!.PostgresVersion);
        await second.Lifecycle.WakeAsync(id, Cancellation);

        Assert.StartsWith("18.", second.Lifecycle.Find(id)!.PostgresVersion, StringComparison.Ordinal);
        Assert.Equal("woken", second.Lifecycle.Find(id)!.History[^1].Reason);
    }

    private static (string, string?) ImageOf(TestHost host, DatabaseId id)
    {
        InstanceStatus status = host.Lifecycle.Find(id)!;
        return (status.ImageDigest, status.PostgresVersion);
    }
}
