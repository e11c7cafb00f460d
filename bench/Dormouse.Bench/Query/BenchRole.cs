using System.Security.Cryptography;

namespace Dormouse.Bench.Query;

/// <summary>
/// A role of the bench's own inside an instance: what is compared with Dormouse logs in as it, on the instance's own socket, since the
/// secrets of the platform's roles never leave it.
/// </summary>
internal sealed record BenchRole(string Name, string Password)
{
    public static BenchRole New() => new("bench_peer", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));

    /// <summary>Makes the role and lets it use all tables that are there.</summary>
    public string Script =>
        $"""
            CREATE ROLE {Name} LOGIN PASSWORD '{Password}';
            GRANT USAGE ON SCHEMA public TO {Name};
            GRANT ALL ON ALL TABLES IN SCHEMA public TO {Name};
            GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {Name};
            """;
}
