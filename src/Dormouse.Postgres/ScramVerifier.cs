using System.Security.Cryptography;
using Dormouse.Postgres.Startup;

namespace Dormouse.Postgres;

/// <summary>Makes what PostgreSQL stores instead of a password, so that the password itself never goes over a connection.</summary>
public static class ScramVerifier
{
    private const int SaltBytes = 16;

    /// <summary>
    /// The verifier of a password in PostgreSQL's form, <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>. It may stand in
    /// <c>ALTER ROLE … PASSWORD</c>; quote it with <see cref="PostgresText.QuoteLiteral"/>.
    /// </summary>
    /// <param name="password">The secret. Printable ASCII is safe for every client; other characters are not normalised here.</param>
    /// <param name="iterations">
    /// 4096 is PostgreSQL's default for passwords that people choose. For 256 random bits there is nothing to slow down: 1 suffices, and
    /// keeps a log-in cheap.
    /// </param>
    /// <param name="salt">16 random bytes.</param>
    public static string Create(string password, int iterations, ReadOnlySpan<byte> salt)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfZero(salt.Length, nameof(salt));
        ScramKeys keys = ScramKeys.Derive(password, salt, iterations);
        return $"{ScramExchange.Mechanism}${iterations}:{Convert.ToBase64String(salt)}"
            + $"${Convert.ToBase64String(keys.StoredKey)}:{Convert.ToBase64String(keys.ServerKey)}";
    }

    /// <summary>As above, with a fresh random salt.</summary>
    public static string Create(string password, int iterations) => Create(password, iterations, RandomNumberGenerator.GetBytes(SaltBytes));
}
