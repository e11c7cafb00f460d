using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Postgres.Wire;

namespace Dormouse.Postgres.Startup;

/// <summary>
/// The client's side of one SCRAM-SHA-256 log-in (RFC 5802, 7677). Calls come in the order <see cref="ClientFirst"/>,
/// <see cref="ClientFinal"/>, <see cref="VerifyServer"/>.
/// </summary>
/// <param name="password">The role's secret.</param>
/// <param name="iterationsMax">The most that the server may ask for.</param>
/// <param name="clientNonce">Random.</param>
/// <param name="channel">How far the log-in is bound to the TLS connection under it.</param>
internal sealed class ScramExchange(string password, int iterationsMax, string clientNonce, ScramChannel channel)
{
    public const string Mechanism = "SCRAM-SHA-256";
    public const string BoundMechanism = "SCRAM-SHA-256-PLUS";

    // PostgreSQL takes the user from the start-up message and ignores the name here, so it is left empty as libpq does.
    private readonly string clientFirstBare = "n=,r=" + clientNonce;
    private byte[]? serverSignature;

    public bool IsVerified { get; private set; }

    public static string NewNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    public byte[] ClientFirst() => Encoding.UTF8.GetBytes(channel.Header + clientFirstBare);

    public byte[] ClientFinal(ReadOnlySpan<byte> serverFirstBytes)
    {
        string serverFirst = Encoding.UTF8.GetString(serverFirstBytes);
        (string nonce, byte[] salt, int iterations) = ParseServerFirst(serverFirst);
        if (!nonce.StartsWith(clientNonce, StringComparison.Ordinal) || nonce.Length == clientNonce.Length)
        {
            throw WireFault.Authentication("the server's nonce does not extend ours");
        }
        if (iterations < 1 || iterations > iterationsMax)
        {
            throw WireFault.Authentication($"the server asks for {iterations} SCRAM iterations, ScramIterationsMax is {iterationsMax}");
        }
        ScramKeys keys = ScramKeys.Derive(password, salt, iterations);
        string withoutProof = $"c={Convert.ToBase64String([.. Encoding.UTF8.GetBytes(channel.Header), .. channel.Binding])},r={nonce}";
        byte[] authMessage = Encoding.UTF8.GetBytes($"{clientFirstBare},{serverFirst},{withoutProof}");
        byte[] proof = HMACSHA256.HashData(keys.StoredKey, authMessage);
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= keys.ClientKey[i];
        }
        serverSignature = HMACSHA256.HashData(keys.ServerKey, authMessage);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>Compares in constant time what the server proves with what only the holder of the verifier can compute.</summary>
    public void VerifyServer(ReadOnlySpan<byte> serverFinal)
    {
        if (serverSignature is null)
        {
            throw WireFault.Authentication("the server ended SCRAM before it began");
        }
        string text = Encoding.UTF8.GetString(serverFinal);
        string first = text.Split(',', 2)[0];
        if (
            !first.StartsWith("v=", StringComparison.Ordinal)
            || !TryBase64(first[2..], out byte[] signature)
            || !CryptographicOperations.FixedTimeEquals(signature, serverSignature)
        )
        {
            throw WireFault.Authentication("the server's signature is wrong: it does not know this role's secret");
        }
        IsVerified = true;
    }

    private static (string Nonce, byte[] Salt, int Iterations) ParseServerFirst(string serverFirst)
    {
        string[] parts = serverFirst.Split(',');
        if (
            parts.Length >= 3
            && parts[0].StartsWith("r=", StringComparison.Ordinal)
            && parts[1].StartsWith("s=", StringComparison.Ordinal)
            && parts[2].StartsWith("i=", StringComparison.Ordinal)
            && TryBase64(parts[1][2..], out byte[] salt)
            && int.TryParse(parts[2].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
        )
        {
            return (parts[0][2..], salt, iterations);
        }
        throw WireFault.Authentication("the server's first SCRAM message is malformed");
    }

    private static bool TryBase64(string text, out byte[] bytes)
    {
        var target = new byte[text.Length];
        bool valid = Convert.TryFromBase64String(text, target, out int written);
        bytes = valid ? target[..written] : [];
        return valid;
    }
}

/// <summary>What SCRAM says of the channel: its header (RFC 5802, section 7) and, where it is bound, the certificate's hash.</summary>
internal sealed record ScramChannel(string Header, byte[] Binding)
{
    /// <summary>No TLS, or a certificate to which nothing can be bound.</summary>
    public static readonly ScramChannel Unbound = new("n,,", []);

    /// <summary>We could bind, and the server did not offer it: if it did, and somebody in between hid that, the server notices.</summary>
    public static readonly ScramChannel NotOffered = new("y,,", []);

    public static ScramChannel BoundTo(byte[] binding) => new($"p={ChannelBinding.Name},,", binding);
}

/// <summary>The keys that SCRAM derives from a password.</summary>
internal sealed record ScramKeys(byte[] ClientKey, byte[] StoredKey, byte[] ServerKey)
{
    public static ScramKeys Derive(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        // SASLprep leaves printable ASCII alone, which is what generated secrets are made of; other passwords are taken as they are,
        // as PostgreSQL itself does with what SASLprep forbids.
        byte[] secret = Encoding.UTF8.GetBytes(password);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(secret, salt, iterations, HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var keys = new ScramKeys(clientKey, SHA256.HashData(clientKey), HMACSHA256.HashData(salted, "Server Key"u8));
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(salted);
        return keys;
    }
}
