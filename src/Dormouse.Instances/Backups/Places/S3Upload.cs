using Dormouse.Instances.Host;

namespace Dormouse.Instances.Backups.Places;

/// <summary>
/// An object on its way to a store, in parts that are held in memory one at a time. Nothing is to be seen of it before
/// <see cref="CompleteAsync"/>; what fits into one part is sent by one call.
/// </summary>
internal sealed class S3Upload(S3Client client, string bucket, string key) : WriteOnlyStream
{
    /// <summary>S3 takes 10,000 parts: 160 GB of backup. Two run at once, so this is memory that is always there.</summary>
    public const int PartBytes = 16 * 1024 * 1024;

    private readonly byte[] part = new byte[PartBytes];
    private readonly List<string> tags = [];
    private string? upload;
    private int filled;

    public long SentBytes { get; private set; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (filled == part.Length)
            {
                await SendPartAsync(cancellationToken);
            }
            int count = Math.Min(buffer.Length, part.Length - filled);
            buffer[..count].CopyTo(part.AsMemory(filled));
            filled += count;
            buffer = buffer[count..];
        }
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (upload is null)
        {
            await client.PutAsync(bucket, key, part.AsMemory(0, filled), cancellationToken);
            SentBytes += filled;
            return;
        }
        await SendPartAsync(cancellationToken);
        await client.CompleteAsync(bucket, key, upload, tags, cancellationToken);
    }

    /// <summary>Removes the parts that were sent.</summary>
    public Task AbortAsync(CancellationToken cancellationToken) =>
        upload is null ? Task.CompletedTask : client.AbortAsync(bucket, key, upload, cancellationToken);

    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        upload ??= await client.BeginAsync(bucket, key, cancellationToken);
        tags.Add(await client.PutPartAsync(bucket, key, upload, tags.Count + 1, part.AsMemory(0, filled), cancellationToken));
        SentBytes += filled;
        filled = 0;
    }
}
