using System.Security.Cryptography;
using System.Text;
using Dormouse.Postgres.Startup;
using Dormouse.Postgres.Tests.Support;

namespace Dormouse.Postgres.Tests;

public sealed class ScramTests(SharedPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("simple", 1)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 1)]
    [InlineData("with 'quotes' and \\backslash\\ and €", 4096)]
    public async Task A_role_made_with_our_verifier_logs_in(string password, int iterations)
    {
        string role = $"scram_{iterations}_{password.Length}";
        string verifier = ScramVerifier.Create(password, iterations);
        await using (ServerConnection admin = await postgres.OpenAsync())
        {
            await admin.RunAsync($"create role {PostgresText.QuoteIdentifier(role)} login password {PostgresText.QuoteLiteral(verifier)}");
            Assert.Equal(verifier, await admin.ValueAsync("select rolpassword from pg_authid where rolname = $1", role));
        }
        await using ServerConnection connection = await ServerConnection.OpenAsync(
            postgres.Login with
            {
                User = role,
                Password = password,
            },
            new(),
            Token
        );
        Assert.Equal(role, await connection.ValueAsync("select current_user"));
    }

    [Fact]
    public async Task Our_verifier_is_the_servers_own_for_the_same_salt()
    {
        await using ServerConnection admin = await postgres.OpenAsync();
        await admin.RunAsync("create role scram_same password 'the same secret'");
        string theirs = (await admin.ValueAsync("select rolpassword from pg_authid where rolname = 'scram_same'"))!;
        string[] parts = theirs.Split('$', ':');
        int iterations = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(theirs, ScramVerifier.Create("the same secret", iterations, Convert.FromBase64String(parts[2])));
    }

    [Fact]
    public async Task A_wrong_password_is_the_servers_refusal()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            ServerConnection.OpenAsync(postgres.Login with { Password = "wrong" }, new(), Token).AsTask()
        );
        Assert.Equal((SqlState.InvalidPassword, true), (refused.SqlState, refused.IsFatal));
        refused = await Assert.ThrowsAsync<PostgresException>(() =>
            ServerConnection.OpenAsync(postgres.Login with { Database = "nowhere" }, new(), Token).AsTask()
        );
        Assert.Equal(SqlState.InvalidDatabase, refused.SqlState);
    }

    [Fact]
    public async Task A_scripted_server_that_knows_the_secret_is_let_in_on()
    {
        await using ServerConnection connection = await OpenAsync(Play.Honest);
        Assert.Equal(7, connection.ServerProcessId);
    }

    [Theory]
    [InlineData(Play.Trust)]
    [InlineData(Play.Cleartext)]
    [InlineData(Play.Md5)]
    [InlineData(Play.OtherMechanism)]
    [InlineData(Play.WrongSignature)]
    [InlineData(Play.EmptySignature)]
    [InlineData(Play.NoSignature)]
    [InlineData(Play.FinalBeforeContinue)]
    [InlineData(Play.ErrorInsteadOfSignature)]
    [InlineData(Play.ForeignNonce)]
    [InlineData(Play.SameNonce)]
    [InlineData(Play.TooManyIterations)]
    [InlineData(Play.NoIterations)]
    [InlineData(Play.Malformed)]
    public async Task A_server_that_cannot_prove_the_secret_gets_neither_password_nor_session(Play play)
    {
        var refused = await Assert.ThrowsAsync<ServerConnectionException>(() => OpenAsync(play));
        Assert.Equal((ServerFailure.Authentication, "DM5003"), (refused.Failure, refused.Code));
    }

    [Theory]
    [InlineData(Play.Cleartext)]
    [InlineData(Play.NoSignature)]
    public async Task Without_the_requirement_clear_text_and_half_proofs_stay_refused(Play play) =>
        Assert.Equal("DM5003", (await Assert.ThrowsAsync<ServerConnectionException>(() => OpenAsync(play, requireScram: false))).Code);

    public enum Play
    {
        Honest,
        Trust,
        Cleartext,
        Md5,
        OtherMechanism,
        WrongSignature,
        EmptySignature,
        NoSignature,
        FinalBeforeContinue,
        ErrorInsteadOfSignature,
        ForeignNonce,
        SameNonce,
        TooManyIterations,
        NoIterations,
        Malformed,
    }

    private static async Task<ServerConnection> OpenAsync(Play play, bool requireScram = true)
    {
        await using var server = new ScriptedServer(client => ServeAsync(client, play));
        return await ServerConnection.OpenAsync(server.Login, new() { RequireScram = requireScram }, Token);
    }

    /// <summary>The server's side of SCRAM, written apart from ours, with one fault.</summary>
    private static async Task ServeAsync(ScriptedClient client, Play play)
    {
        await client.ReadStartupAsync();
        byte[] session =
        [
            .. ScriptedClient.Authentication(0, []),
            .. ScriptedClient.Message('K', [0, 0, 0, 7, 0, 0, 0, 9]),
            .. ScriptedClient.Ready,
        ];
        switch (play)
        {
            case Play.Trust:
                await client.SendAsync(session);
                return;
            case Play.Cleartext:
                await client.SendAsync(ScriptedClient.Authentication(3, []));
                return;
            case Play.Md5:
                await client.SendAsync(ScriptedClient.Authentication(5, [1, 2, 3, 4]));
                return;
            case Play.OtherMechanism:
                await client.SendAsync(ScriptedClient.Authentication(10, "SCRAM-SHA-1\0\0"u8));
                return;
        }
        await client.SendAsync(ScriptedClient.Authentication(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"u8));
        string initial = Encoding.UTF8.GetString(await client.ReadMessageAsync('p'));
        string clientFirst = initial[(initial.IndexOf("n,,", StringComparison.Ordinal) + 3)..];
        string nonce = clientFirst[(clientFirst.IndexOf("r=", StringComparison.Ordinal) + 2)..];
        if (play == Play.FinalBeforeContinue)
        {
            await client.SendAsync(ScriptedClient.Authentication(12, "v=AAAA"u8));
            return;
        }
        string serverFirst = play switch
        {
            Play.ForeignNonce => "r=somebodyelses,s=c2FsdA==,i=2",
            Play.SameNonce => $"r={nonce},s=c2FsdA==,i=2",
            Play.TooManyIterations => $"r={nonce}more,s=c2FsdA==,i=2000000000",
            Play.NoIterations => $"r={nonce}more,s=c2FsdA==,i=0",
            Play.Malformed => $"r={nonce}more,s=!!,i=x",
            _ => $"r={nonce}more,s=c2FsdA==,i=2",
        };
        await client.SendAsync(ScriptedClient.Authentication(11, Encoding.UTF8.GetBytes(serverFirst)));
        string clientFinal = Encoding.UTF8.GetString(await client.ReadMessageAsync('p'));
        string withoutProof = clientFinal[..clientFinal.LastIndexOf(",p=", StringComparison.Ordinal)];
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2("secret"u8, "salt"u8, 2, HashAlgorithmName.SHA256, 32);
        byte[] serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        byte[] signature = HMACSHA256.HashData(serverKey, Encoding.UTF8.GetBytes($"{clientFirst},{serverFirst},{withoutProof}"));
        signature[5] ^= (byte)(play == Play.WrongSignature ? 1 : 0);
        string final = play switch
        {
            Play.EmptySignature => "v=",
            Play.ErrorInsteadOfSignature => "e=other-error",
            _ => "v=" + Convert.ToBase64String(signature),
        };
        await client.SendAsync(
            play == Play.NoSignature ? session : [.. ScriptedClient.Authentication(12, Encoding.UTF8.GetBytes(final)), .. session]
        );
        await client.UntilClosedAsync();
    }
}
