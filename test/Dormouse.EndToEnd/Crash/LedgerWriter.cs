using System.Globalization;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Crash;

/// <summary>
/// Inserts 1, 2, 3, … one statement at a time until the platform no longer answers. Remembers which numbers were acknowledged, and
/// which one was on its way when the connection broke: that one alone may be there or not.
/// </summary>
internal sealed class LedgerWriter(PlatformDatabase database, int writer)
{
    public const string Table = "CREATE TABLE ledger (writer int NOT NULL, number bigint NOT NULL, PRIMARY KEY (writer, number));";

    private readonly HashSet<long> acknowledged = [];
    private readonly HashSet<long> unknown = [];

    public int AcknowledgedCount => acknowledged.Count;

    /// <summary>Writes until the platform is gone. A refusal by a platform that answers is a failure of the test.</summary>
    public async Task WriteUntilGoneAsync(PlatformProcess platform, CancellationToken cancellationToken)
    {
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        while (true)
        {
            long number = acknowledged.Count + unknown.Count + 1;
            try
            {
                await client.ExecuteAsync($"INSERT INTO ledger VALUES ({writer}, {number})", cancellationToken);
                acknowledged.Add(number);
            }
            catch (HttpRequestException gone) when (gone.StatusCode is null)
            {
                unknown.Add(number);
                return;
            }
        }
    }

    /// <summary>Every acknowledged number is there, and nothing that was never sent.</summary>
    public async Task AssertKeptAsync(PlatformProcess platform, CancellationToken cancellationToken)
    {
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        string? numbers = await client.ScalarAsync(
            $"SELECT coalesce(string_agg(number::text, ','), '') FROM ledger WHERE writer = {writer}",
            cancellationToken
        );
        HashSet<long> kept =
        [
            .. numbers!
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(number => long.Parse(number, CultureInfo.InvariantCulture)),
        ];
        Assert.Empty(acknowledged.Except(kept));
        Assert.Empty(kept.Except(acknowledged).Except(unknown));
    }
}
