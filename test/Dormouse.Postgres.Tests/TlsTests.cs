using Dormouse.Postgres.Tests.Support;
using Dormouse.Testing.Servers;

namespace Dormouse.Postgres.Tests;

/// <summary>Real servers over TCP and TLS, with an authority of the test's own.</summary>
public sealed class TlsTests(TlsTests.Server fixture) : IClassFixture<TlsTests.Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ForeignPostgres Foreign => fixture.Foreign;

    [Theory]
    [InlineData("", ForeignPostgres.HostName)]
    [InlineData("sslmode=require", ForeignPostgres.HostName)]
    [InlineData("sslmode=verify-full&channel_binding=require", ForeignPostgres.HostName)]
    [InlineData("sslmode=verify-ca", "127.0.0.1")]
    [InlineData("sslmode=no-verify", "127.0.0.1")]
    public async Task Queries_go_over_TLS(string parameters, string host)
    {
        await using ServerConnection connection = await OpenAsync(Foreign.Url(parameters, host: host));
        Assert.Equal("true", await connection.ValueAsync("select ssl::text from pg_stat_ssl where pid = pg_backend_pid()"));
        string large = new('x', 3_000_000);
        Assert.Equal(large, await connection.ValueAsync("select $1::text", large));
        await connection.ResetSessionAsync(Token);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task Without_TLS_only_where_it_was_said()
    {
        await using ServerConnection connection = await OpenAsync(Foreign.Url("sslmode=disable"));
        Assert.Equal("false", await connection.ValueAsync("select ssl::text from pg_stat_ssl where pid = pg_backend_pid()"));
    }

    [Fact]
    public async Task An_authority_that_did_not_sign_and_a_name_that_does_not_fit_are_told_apart()
    {
        using var stranger = new TestAuthority();
        ServerConnectionException refused = await RefusedAsync(Foreign.Url(), stranger.Pem);
        Assert.Contains("none of the given authorities signed it", refused.Message, StringComparison.Ordinal);
        refused = await RefusedAsync(Foreign.Url(), null);
        Assert.Contains("--ca FILE", refused.Message, StringComparison.Ordinal);
        refused = await RefusedAsync(Foreign.Url(host: "127.0.0.1"), Foreign.Authority.Pem);
        Assert.Contains("made out to 'localhost', not to '127.0.0.1'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ForeignPostgres.Md5User)]
    [InlineData(ForeignPostgres.ClearUser)]
    public async Task Older_ways_to_log_in_work_over_verified_TLS(string user)
    {
        await using ServerConnection connection = await OpenAsync(Foreign.Url(user: user));
        Assert.Equal(user, await connection.ValueAsync("select current_user"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => OpenAsync(Foreign.Url(user: user, password: "wrong")));
        Assert.Equal(SqlState.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task A_password_is_not_told_in_clear_text_to_a_server_that_was_not_verified()
    {
        string url = Foreign.Url("sslmode=no-verify", user: ForeignPostgres.ClearUser);
        var refused = await Assert.ThrowsAsync<ServerConnectionException>(() => OpenAsync(url));
        Assert.Equal(ServerFailure.Authentication, refused.Failure);
    }

    [Fact]
    public async Task A_log_in_by_MD5_is_refused_where_it_must_be_bound_to_the_certificate()
    {
        string url = Foreign.Url("channel_binding=require", user: ForeignPostgres.Md5User);
        Assert.Equal("DM5003", (await Assert.ThrowsAsync<ServerConnectionException>(() => OpenAsync(url))).Code);
    }

    [Fact]
    public async Task A_running_statement_is_cancelled_over_TLS_and_the_connection_lives_on()
    {
        await using ServerConnection connection = await OpenAsync(Foreign.Url());
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            connection.ExecuteSimpleAsync("select pg_sleep(60)", source.Token).AsTask()
        );
        Assert.False(connection.IsBroken);
        Assert.Equal("1", await connection.ValueAsync("select 1"));
    }

    [Fact]
    public async Task Settings_of_the_role_do_not_change_how_values_are_written()
    {
        await Foreign.ExecuteAsync(
            $"""
            ALTER ROLE {ForeignPostgres.User} SET DateStyle = 'German';
            ALTER ROLE {ForeignPostgres.User} SET IntervalStyle = 'iso_8601';
            ALTER ROLE {ForeignPostgres.User} SET bytea_output = 'escape';
            ALTER ROLE {ForeignPostgres.User} SET extra_float_digits = -3;
            ALTER ROLE {ForeignPostgres.User} SET TimeZone = 'Asia/Tokyo';
            ALTER ROLE {ForeignPostgres.User} SET standard_conforming_strings = off;
            """,
            Token
        );
        try
        {
            await using ServerConnection connection = await OpenAsync(Foreign.Url());
            const string values =
                @"select timestamptz '2026-01-02 03:04:05+00', interval '1 day 2 hours', '\x01ff'::bytea, 0.1::float8 + 0.2::float8, 'a\b'";
            Assert.Equal(
                (string?[])["2026-01-02 03:04:05+00", "1 day 02:00:00", @"\x01ff", "0.30000000000000004", @"a\b"],
                Assert.Single(await connection.RowsAsync(values))
            );
        }
        finally
        {
            await Foreign.ExecuteAsync($"ALTER ROLE {ForeignPostgres.User} RESET ALL", Token);
        }
    }

    private async Task<ServerConnection> OpenAsync(string url, string? authorities = "")
    {
        ServerUrl parsed = ServerUrl.Parse(url);
        string? roots = authorities == "" ? Foreign.Authority.Pem : authorities;
        return await ServerConnection.OpenAsync(parsed.Login(roots), parsed.Options(new ServerConnectionOptions()), Token);
    }

    private async Task<ServerConnectionException> RefusedAsync(string url, string? authorities)
    {
        var refused = await Assert.ThrowsAsync<ServerConnectionException>(() => OpenAsync(url, authorities));
        Assert.Equal((ServerFailure.Tls, "DM5017"), (refused.Failure, refused.Code));
        return refused;
    }

    public sealed class Server : IAsyncLifetime
    {
        private ForeignPostgres? foreign;

        public ForeignPostgres Foreign => foreign!;

        public async ValueTask InitializeAsync() => foreign = await ForeignPostgres.StartAsync(CancellationToken.None);

        public ValueTask DisposeAsync() => foreign?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
