using System.Text;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Databases;
using Dormouse.Control.Tests.Support;
using Dormouse.Testing.Servers;

namespace Dormouse.Control.Tests.Attached;

public sealed class AttachmentTests(SharedForeign shared)
{
    private static CancellationToken Cancelled => ControlUnderTest.Cancelled;

    [Fact]
    public async Task An_attached_database_has_a_key_and_a_server_and_no_instance()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        (CreatedDatabase created, IReadOnlyList<string> notes) = await control.Attachment.AttachAsync(
            Request(foreign, foreign.Url()),
            Cancelled
        );

        Assert.Equal("attached", created.Database.State);
        Assert.Empty(control.Instances.List());
        Assert.Equal(created.Database.Id, (await control.Keys.FindAsync(created.First.ApiKey, Cancelled))!.Database);
        AttachedEndpoint endpoint = control.Attached.Find(created.Database.Id)!;
        Assert.InRange(endpoint.MaxConnections, 2, 10);
        Assert.Contains($"The pool has {endpoint.MaxConnections} connections", notes[0], StringComparison.Ordinal);
        Assert.StartsWith("18", created.Database.Attached!.ServerVersion, StringComparison.Ordinal);
        await control.Scripts.RunAsync(created.Database.Id, "CREATE TABLE IF NOT EXISTS seen (n int)", Cancelled);
        Assert.Equal(
            ForeignPostgres.User,
            await foreign.QueryAsync("SELECT tableowner FROM pg_tables WHERE tablename = 'seen'", Cancelled)
        );
    }

    [Fact]
    public async Task The_store_holds_no_password_and_the_next_start_finds_the_server_again()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        (CreatedDatabase created, _) = await control.Attachment.AttachAsync(Request(foreign, foreign.Url()), Cancelled);

        const string everything = """
            select string_agg(t::text, ' ') || ' ' || string_agg(encode(sealed_url, 'escape'), ' ') from dormouse.attached_servers t
            """;
        string stored = (await control.QueryStoreAsync<string>(everything))!;
        Assert.DoesNotContain(foreign.Password, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(foreign.Password)), stored, StringComparison.Ordinal);
        Assert.DoesNotContain(ForeignPostgres.HostName, stored, StringComparison.Ordinal);

        await using ControlUnderTest next = await control.RestartAsync();
        Assert.Equal(foreign.Url(), next.Attached.Find(created.Database.Id)!.Url);
        Assert.Equal("attached", (await next.Databases.GetAsync("shop", Cancelled)).State);

        await control.QueryStoreAsync<object>("update dormouse.attached_servers set sealed_url = set_byte(sealed_url, 40, 0)");
        var refused = await Assert.ThrowsAsync<DormouseException>(() => control.RestartAsync());
        Assert.Equal((FailureKind.ControlPlane, "DM2050"), (refused.Kind, refused.Code));
    }

    [Fact]
    public async Task Nothing_that_is_shown_or_written_to_a_log_holds_the_password()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        AttachRequest request = Request(foreign, foreign.Url());
        (CreatedDatabase created, IReadOnlyList<string> notes) = await control.Attachment.AttachAsync(request, Cancelled);

        Database database = created.Database;
        object?[] told = [request, database, database.Attached, database.Attached!.Url, database.Attached.Endpoint, .. notes];
        Assert.All(told, each => Assert.DoesNotContain(foreign.Password, $"{each}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sslmode=require", "wrong", "localhost", "DM2052")]
    [InlineData("sslmode=require", null, "127.0.0.1", "DM5017")]
    [InlineData("sslmode=require", null, "host.invalid", "DM5001")]
    [InlineData("pgbouncer=true", null, "localhost", "DM2051")]
    [InlineData("sslmode=maybe", null, "localhost", "DM2051")]
    [InlineData("sslcert=client.pem", null, "localhost", "DM2051")]
    [InlineData("connection_limit=39", null, "localhost", "DM2054")]
    [InlineData("connection_limit=1", null, "localhost", "DM2054")]
    public async Task What_stands_in_the_way_is_named_and_nothing_is_kept(string parameters, string? password, string host, string code)
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        string url = foreign.Url(parameters, password: password, host: host);

        var refused = await Assert.ThrowsAsync<DormouseException>(() => control.Attachment.AttachAsync(Request(foreign, url), Cancelled));

        Assert.Equal(code, refused.Code);
        Assert.DoesNotContain(foreign.Password, refused.ToString(), StringComparison.Ordinal);
        Assert.Empty(await control.Databases.ListAsync(Cancelled));
    }

    [Fact]
    public async Task Other_faults_of_the_server_or_the_request_are_named_too()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        AttachRequest right = Request(foreign, foreign.Url());

        await RefusedAsync(right with { Url = right.Url!.Replace("/shop?", "/shelf?", StringComparison.Ordinal) }, "DM2053");
        await RefusedAsync(right with { Url = "mysql://a:b@c/d" }, "DM2051");
        await RefusedAsync(right with { Url = null }, "DM2051");
        await RefusedAsync(right with { RootCertificates = "no certificate" }, "DM2060");
        await RefusedAsync(right with { RootCertificates = null }, "DM5017");
        await RefusedAsync(right with { Name = "a b" }, "DM2011");
        using var stranger = new TestAuthority();
        await RefusedAsync(right with { RootCertificates = stranger.Pem }, "DM5017");
        await control.Attachment.AttachAsync(right with { RootCertificates = stranger.Pem, VerifyCertificate = false }, Cancelled);

        async Task RefusedAsync(AttachRequest request, string code) =>
            Assert.Equal(
                code,
                (await Assert.ThrowsAsync<DormouseException>(() => control.Attachment.AttachAsync(request, Cancelled))).Code
            );
    }

    [Fact]
    public async Task A_replaced_URL_is_a_new_endpoint_and_ends_the_old_one()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        (CreatedDatabase created, _) = await control.Attachment.AttachAsync(Request(foreign, foreign.Url()), Cancelled);
        AttachedEndpoint old = control.Attached.Find(created.Database.Id)!;

        await control.Attachment.ReplaceAsync(created.Database, Request(foreign, foreign.Url("connection_limit=3")), Cancelled);

        AttachedEndpoint now = control.Attached.Find(created.Database.Id)!;
        Assert.Equal(3, now.MaxConnections);
        Assert.True(old.Stopped.IsCancellationRequested);
        Assert.False(now.Stopped.IsCancellationRequested);
        Assert.NotNull(await control.Keys.FindAsync(created.First.ApiKey, Cancelled));
        await using ControlUnderTest next = await control.RestartAsync();
        Assert.Equal(3, next.Attached.Find(created.Database.Id)!.MaxConnections);
    }

    [Fact]
    public async Task A_push_fills_an_attached_database_under_its_usual_rule()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        (CreatedDatabase created, _) = await control.Attachment.AttachAsync(Request(foreign, foreign.Url()), Cancelled);

        await control.Pushes.RunAsync(
            created.Database.Id,
            ["pushed"],
            ["CREATE SCHEMA pushed", "CREATE TABLE pushed.rows (n int)"],
            Cancelled
        );

        Assert.Equal("pushed.rows", await foreign.QueryAsync("SELECT to_regclass('pushed.rows')::text", Cancelled));
        var refused = await Assert.ThrowsAsync<DormouseException>(() =>
            control.Pushes.RunAsync(created.Database.Id, ["pushed"], ["CREATE TABLE pushed.more (n int)"], Cancelled)
        );
        Assert.Equal("DM2026", refused.Code);
    }

    [Fact]
    public async Task Detaching_ends_keys_and_endpoint_and_leaves_the_data()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        (CreatedDatabase created, _) = await control.Attachment.AttachAsync(Request(foreign, foreign.Url()), Cancelled);
        await control.Scripts.RunAsync(created.Database.Id, "CREATE TABLE IF NOT EXISTS kept (n int)", Cancelled);
        AttachedEndpoint endpoint = control.Attached.Find(created.Database.Id)!;

        await control.Databases.DeleteAsync(created.Database.Id, Cancelled);

        Assert.True(endpoint.Stopped.IsCancellationRequested);
        Assert.Null(control.Attached.Find(created.Database.Id));
        Assert.Null(await control.Keys.FindAsync(created.First.ApiKey, Cancelled));
        Assert.Equal(0L, await control.QueryStoreAsync<long>("select count(*) from dormouse.attached_servers"));
        Assert.Equal("kept", await foreign.QueryAsync("SELECT to_regclass('kept')::text", Cancelled));
    }

    [Fact]
    public async Task A_pooler_is_refused_unless_it_leaves_sessions_alone()
    {
        ForeignPostgres foreign = await shared.Server;
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        foreach (PoolerMode mode in (PoolerMode[])[PoolerMode.Transaction, PoolerMode.Picky])
        {
            await using var between = new StandInPooler(foreign, mode);
            var refused = await Assert.ThrowsAsync<DormouseException>(() =>
                control.Attachment.AttachAsync(new AttachRequest("shop", between.Url), Cancelled)
            );
            Assert.Equal("DM2056", refused.Code);
        }
        await using var harmless = new StandInPooler(foreign, PoolerMode.Session);
        (CreatedDatabase created, _) = await control.Attachment.AttachAsync(new AttachRequest("shop", harmless.Url), Cancelled);
        Assert.Equal("attached", created.Database.State);
    }

    private static AttachRequest Request(ForeignPostgres foreign, string url) => new("shop", url, foreign.Authority.Pem);
}
