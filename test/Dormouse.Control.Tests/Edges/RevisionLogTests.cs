using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Control.Connections;
using Dormouse.Control.Databases;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Edges;

/// <summary>What stands in the log, and who may read it.</summary>
public sealed class RevisionLogTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_change_that_edges_must_know_has_its_entry_in_the_order_of_the_changes()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        long before = await HeadAsync(control);
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        IssuedConnection second = await control.Connections.CreateAsync(shop.Database.Id, "second", null, Cancelled);

        await control.Connections.RotateAsync(second.Connection.Id, null, Cancelled);
        await control.Connections.DeleteAsync(second.Connection.Id, Cancelled);
        await control.Databases.DeleteAsync(shop.Database.Id, Cancelled);

        List<(long Revision, LogEntry Entry, string Mark)> entries = await control.Service<LogStore>().ReadAsync(before, Cancelled);
        Assert.Equal(
            [LogKinds.DatabaseReady, LogKinds.KeyGranted, LogKinds.KeysEnded, LogKinds.KeysEnded, LogKinds.DatabaseDeleted],
            entries.Select(entry => entry.Entry.Kind)
        );
        Assert.Equal(Enumerable.Range(1, 5).Select(number => before + number), entries.Select(entry => entry.Revision));
        Assert.All(entries, entry => Assert.Equal(shop.Database.Id, entry.Entry.Database));
        Assert.Equal(second.Connection.Id, entries[1].Entry.Connection);
        Assert.Equal(entries[^1].Revision, control.Service<EdgeLeases>().Head);
    }

    [Fact]
    public async Task A_change_that_fails_leaves_no_entry_and_no_gap()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        long before = await HeadAsync(control);

        await Assert.ThrowsAsync<DormouseException>(() => control.Connections.DeleteAsync(ConnectionId.New(), Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            control
                .Service<ControlStore>()
                .TransactAsync<bool>(
                    async (connection, token) =>
                    {
                        var entry = new LogEntry(LogKinds.Invalidated, shop.Database.Id);
                        await control.Service<LogStore>().AppendAsync(connection, entry, token);
                        throw new InvalidOperationException("what came after has failed");
                    },
                    Cancelled
                )
        );
        await control.Connections.CreateAsync(shop.Database.Id, "second", null, Cancelled);

        Assert.Equal(before + 1, await HeadAsync(control));
    }

    [Fact]
    public async Task Changes_at_once_become_visible_in_order_and_without_gaps()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        LogStore log = control.Service<LogStore>();
        long before = await HeadAsync(control);
        var seen = before;

        Task[] appends =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(async writer =>
                {
                    for (var i = 0; i < 20; i++)
                    {
                        await log.AppendAsync(new LogEntry(LogKinds.Invalidated, shop.Database.Id, null, [$"{writer}"]), Cancelled);
                    }
                }),
        ];
        Task all = Task.WhenAll(appends);
        while (seen < before + 120)
        {
            foreach ((long revision, _, _) in await log.ReadAsync(seen, Cancelled))
            {
                Assert.Equal(seen + 1, revision);
                seen = revision;
            }
            Assert.True(!all.IsFaulted);
        }

        await all;
        Assert.Equal(before + 120, await HeadAsync(control));
    }

    [Fact]
    public async Task An_invalidation_is_written_down_for_edges_alone()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        long before = await HeadAsync(control);
        IInvalidationLog log = control.Service<IInvalidationLog>();

        await log.InvalidatedAsync(shop.Database.Id, ["a"], Cancelled);
        Assert.Equal(before, await HeadAsync(control));
        await control.Service<EdgeRegistry>().AddAsync("paris", Cancelled);
        await log.InvalidatedAsync(shop.Database.Id, ["a", "b c"], Cancelled);
        await log.InvalidatedAsync(shop.Database.Id, null, Cancelled);

        List<(long Revision, LogEntry Entry, string Mark)> entries = await control.Service<LogStore>().ReadAsync(before, Cancelled);
        Assert.Equal(["a", "b c"], entries[0].Entry.Tags);
        Assert.Null(entries[1].Entry.Tags);
    }

    [Fact]
    public async Task A_head_that_is_in_doubt_is_looked_up_before_anybody_is_told_it()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        RevisionLog log = control.Service<RevisionLog>();
        EdgeLeases leases = control.Service<EdgeLeases>();
        long known = leases.Head;

        // Committed, and the connection broke before that was told.
        await control.Service<LogStore>().AppendAsync(new LogEntry(LogKinds.Invalidated, shop.Database.Id), Cancelled);
        await log.ResolveAsync(Cancelled);
        Assert.Equal(known, leases.Head);
        log.Doubt();
        await log.ResolveAsync(Cancelled);

        Assert.Equal(known + 1, leases.Head);
    }

    [Fact]
    public async Task A_token_is_known_by_its_keyed_hash_alone_and_ends_with_its_edge()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        EdgeRegistry edges = control.Service<EdgeRegistry>();
        AddedEdge added = await edges.AddAsync("Paris", Cancelled);

        Assert.Equal("DM2070", (await Assert.ThrowsAsync<DormouseException>(() => edges.AddAsync("paris", Cancelled))).Code);
        Assert.Equal(added.Edge.Id, edges.Find(added.Token)?.Id);
        Assert.Null(edges.Find(added.Token[..^2] + "xx"));
        Assert.Null(edges.Find(""));
        string kept = (await control.QueryStoreAsync<string>("select encode(token_hash, 'escape') || name || hint from dormouse.edges"))!;
        Assert.DoesNotContain(added.Token[12..], kept, StringComparison.Ordinal);
        Assert.DoesNotContain(added.Token, added.ToString(), StringComparison.Ordinal);

        await using ControlUnderTest next = await control.RestartAsync();
        Assert.Equal("Paris", next.Service<EdgeRegistry>().Find(added.Token)?.Name);
        next.Time.Advance(TimeSpan.FromSeconds(3));
        await next.Service<EdgeRegistry>().RemoveAsync("PARIS", Cancelled);
        Assert.Null(next.Service<EdgeRegistry>().Find(added.Token));
        Assert.Equal(
            "DM2071",
            (await Assert.ThrowsAsync<DormouseException>(() => next.Service<EdgeRegistry>().RemoveAsync("paris", Cancelled))).Code
        );
    }

    [Fact]
    public async Task Edges_are_managed_over_http()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        (int status, JsonElement added) = await server.SendAsync(HttpMethod.Post, "/management/edges", """{"name":"paris"}""");
        (_, JsonElement listed) = await server.SendAsync(HttpMethod.Get, "/management/edges");
        (int removed, _) = await server.SendAsync(HttpMethod.Delete, "/management/edges/paris");
        (int again, JsonElement failure) = await server.SendAsync(HttpMethod.Delete, "/management/edges/paris");

        Assert.Equal(201, status);
        Assert.StartsWith("dme_1_", added.GetProperty("token").GetString());
        JsonElement shown = Assert.Single(listed.EnumerateArray());
        Assert.Equal(("paris", 0), (shown.GetProperty("name").GetString(), shown.GetProperty("leases").GetInt32()));
        Assert.False(shown.TryGetProperty("token", out _));
        Assert.Equal((204, 404), (removed, again));
        Assert.Equal("DM2071", failure.GetProperty("error").GetProperty("code").GetString());
    }

    private static Task<long> HeadAsync(ControlUnderTest control) => control.Service<LogStore>().HeadAsync(Cancelled);
}
