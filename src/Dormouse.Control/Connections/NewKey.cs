using Dormouse.Postgres;

namespace Dormouse.Control.Connections;

/// <summary>A key just made: the text, which leaves the platform once, and what is kept of it.</summary>
internal sealed record NewKey(string Text, KeyHash Hash, string ScramVerifier, string Hint)
{
    // The secret has 256 random bits: stretching adds nothing to it, and the gateway's logins stay cheap.
    private const int ScramIterations = 1;

    public static NewKey Make(byte[] pepper)
    {
        string text = ApiKey.New();
        _ = KeyHash.TryCompute(text, pepper, out KeyHash hash);
        return new NewKey(text, hash, Postgres.ScramVerifier.Create(text, ScramIterations), ApiKey.HintOf(text));
    }

    /// <summary>Leaves the key out, so that a log line cannot hold it.</summary>
    public override string ToString() => Hint + "…";
}
