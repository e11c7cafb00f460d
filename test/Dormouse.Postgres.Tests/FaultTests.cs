using System.Net;
using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

/// <summary>What no healthy PostgreSQL does, played by a scripted server on a real socket.</summary>
public sealed class FaultTests
{
    private static readonly byte[] Answer =
    [
        .. ScriptedClient.Message('1', []),
        .. ScriptedClient.Message('t', [0, 0]),
        .. ScriptedClient.Columns("id"),
        .. ScriptedClient.Message('2', []),
        .. ScriptedClient.Row("1"),
        .. ScriptedClient.Row("2"),
        .. ScriptedClient.Complete("SELECT 2"),
        .. ScriptedClient.Ready,
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_cut_at_every_byte_arrives_whole()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.AcceptLoginAsync();
            for (var split = 0; split < Answer.Length; split++)
            {
                await ReadNewStatementAsync(client);
                await client.SendAsync(Answer[..split]);
                await Task.Yield();
                await client.SendAsync(Answer[split..]);
            }
        });
        // Without a cache each statement is a new one.
        var options = ScriptedServer.Trusting with
        {
            StatementsMax = 0,
        };
        await using ServerConnection connection = await ServerConnection.OpenAsync(server.Login, options, Token);
        for (var split = 0; split < Answer.Length; split++)
        {
            Assert.Equal(
                [
                    ["1"],
                    ["2"],
                ],
                await connection.RowsAsync("select id")
            );
        }
    }

    [Fact]
    public async Task A_server_gone_at_any_byte_of_its_answer_breaks_the_connection()
    {
        var cut = 0;
        await using var server = new ScriptedServer(async client =>
        {
            await client.AcceptLoginAsync();
            await ReadNewStatementAsync(client);
            await client.SendAsync(Answer[..Volatile.Read(ref cut)]);
        });
        for (; cut < Answer.Length; Interlocked.Increment(ref cut))
        {
            await using ServerConnection connection = await ServerConnection.OpenAsync(server.Login, ScriptedServer.Trusting, Token);
            var lost = await Assert.ThrowsAsync<ServerConnectionException>(() => connection.RowsAsync("select id"));
            Assert.Equal((ServerFailure.Lost, "DM5005"), (lost.Failure, lost.Code));
            Assert.True(connection.IsBroken);
        }
    }

    [Fact]
    public async Task Garbage_is_a_protocol_fault_and_breaks_the_connection()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.AcceptLoginAsync();
            await ReadNewStatementAsync(client);
            await client.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            await client.UntilClosedAsync();
        });
        await using ServerConnection connection = await ServerConnection.OpenAsync(server.Login, ScriptedServer.Trusting, Token);
        var fault = await Assert.ThrowsAsync<ServerConnectionException>(() => connection.RowsAsync("select id"));
        Assert.True(fault.Failure is ServerFailure.Protocol or ServerFailure.MessageTooLarge);
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task An_error_amid_the_rows_is_the_servers_error_and_leaves_the_connection_usable()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.AcceptLoginAsync();
            await ReadNewStatementAsync(client);
            byte[] beginning = Answer[..^(ScriptedClient.Complete("SELECT 2").Length + ScriptedClient.Ready.Length)];
            await client.SendAsync([.. beginning, .. ScriptedClient.Error("22012", "division by zero"), .. ScriptedClient.Ready]);
            await client.ReadMessageAsync('Q');
            await client.SendAsync([.. ScriptedClient.Complete("BEGIN"), .. ScriptedClient.Message('Z', "T"u8)]);
            await client.UntilClosedAsync();
        });
        await using ServerConnection connection = await ServerConnection.OpenAsync(server.Login, ScriptedServer.Trusting, Token);
        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync("select id"));
        Assert.Equal(("22012", "division by zero"), (error.SqlState, error.MessageText));
        Assert.Equal("BEGIN", (await connection.RunAsync("begin")).Command);
        Assert.Equal(TransactionStatus.Open, connection.Transaction);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("huge")]
    [InlineData("close")]
    [InlineData("row")]
    [InlineData("ready")]
    public async Task A_log_in_that_goes_wrong_fails_clearly(string how)
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadStartupAsync();
            byte[] answer = how switch
            {
                "garbage" => "SSH-2.0-OpenSSH_9.2p1\r\n"u8.ToArray(),
                "huge" => [(byte)'R', 0x7f, 0, 0, 0],
                "row" => ScriptedClient.Row("1"),
                "ready" => ScriptedClient.Ready,
                _ => [],
            };
            await client.SendAsync(answer);
        });
        var fault = await Assert.ThrowsAsync<ServerConnectionException>(() =>
            ServerConnection.OpenAsync(server.Login, ScriptedServer.Trusting, Token).AsTask()
        );
        Assert.True(fault.Failure is ServerFailure.Protocol or ServerFailure.MessageTooLarge or ServerFailure.Lost, $"{fault.Failure}");
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_the_connect_timeout()
    {
        await using var server = new ScriptedServer(client => client.UntilClosedAsync());
        var options = new ServerConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        var late = await Assert.ThrowsAsync<ServerConnectionException>(() =>
            ServerConnection.OpenAsync(server.Login, options, Token).AsTask()
        );
        Assert.Equal((ServerFailure.ConnectTimedOut, "DM5002"), (late.Failure, late.Code));
        using var source = new CancellationTokenSource();
        Task<ServerConnection> opening = ServerConnection.OpenAsync(server.Login, new(), source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task Addresses_that_cannot_be_used_are_named()
    {
        var login = new ServerLogin("/nowhere/.s.PGSQL.5432", "a", "b", "c");
        await FailsAsync(login, "DM5001");
        await FailsAsync(login with { SocketPath = new string('x', 108) }, "DM5014");
        await FailsAsync(login with { Tcp = new TcpServer("127.0.0.1", 1, TlsMode.Off) }, "DM5001");
        Assert.DoesNotContain("secret", new ServerLogin("/s", "u", "secret", "d").ToString(), StringComparison.Ordinal);

        static async Task FailsAsync(ServerLogin login, string code) =>
            Assert.Equal(
                code,
                (await Assert.ThrowsAsync<ServerConnectionException>(() => ServerConnection.OpenAsync(login, new(), Token).AsTask())).Code
            );
    }

    private static async Task ReadNewStatementAsync(ScriptedClient client)
    {
        foreach (char type in "PDBES")
        {
            await client.ReadMessageAsync(type);
        }
    }
}
