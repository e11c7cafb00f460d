using System.Collections.Concurrent;
using System.Text;
using Dormouse.Contracts;

namespace Dormouse.Control.Tests.Support;

/// <summary>A dump is the database's id; what is imported is remembered.</summary>
internal sealed class FakeDumps : IDumps
{
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Thrown by an export before (0) or after so many bytes.</summary>
    public int? ExportFailsAfter { get; set; }

    public async Task ExportAsync(DatabaseId id, DumpFormat format, Stream output, CancellationToken cancellationToken)
    {
        byte[] dump = Encoding.UTF8.GetBytes($"{format} {id}");
        if (ExportFailsAfter != 0)
        {
            await output.WriteAsync(dump.AsMemory(0, ExportFailsAfter ?? dump.Length), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
        if (ExportFailsAfter is not null)
        {
            throw new DormouseException(FailureKind.Postgres, "DM3521", "no");
        }
    }

    public async Task ImportAsync(DatabaseId id, Stream dump, bool mayHoldObjects, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(dump);
        string text = await reader.ReadToEndAsync(cancellationToken);
        Calls.Enqueue($"{id} {text.Length} {mayHoldObjects}");
    }
}
