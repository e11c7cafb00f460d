namespace Dormouse.Postgres;

public static class ScramVerifier
{
    public static string Create(string password, int iterations, ReadOnlySpan<byte> salt) => throw new NotSupportedException();

    public static string Create(string password, int iterations) => throw new NotSupportedException();
}
