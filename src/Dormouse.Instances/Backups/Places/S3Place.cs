using Dormouse.Contracts;

namespace Dormouse.Instances.Backups.Places;

/// <summary>A bucket of an S3-compatible store, or a part of it: <c>s3://bucket/prefix</c>.</summary>
internal sealed class S3Place : IBackupPlace
{
    public const string Scheme = "s3://";

    // A header, and more than it ever is.
    private const string HeadRange = "bytes=0-69999";

    // The bucket takes no further orders from who is being shut down, so this is short.
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly S3Client client;
    private readonly string bucket;
    private readonly string prefix;
    private readonly TimeProvider time;

    /// <exception cref="DormouseException">DM3507: the text names no bucket.</exception>
    public S3Place(string text, S3Client client, TimeProvider time)
    {
        string[] parts = text[Scheme.Length..].TrimEnd('/').Split('/', 2);
        if (parts[0].Length == 0 || text.AsSpan().ContainsAny('?', '#'))
        {
            throw BackupFailures.NoBucket(text);
        }
        this.client = client;
        this.time = time;
        bucket = parts[0];
        prefix = parts.Length > 1 ? parts[1].Trim('/') + "/" : "";
        Text = $"{Scheme}{bucket}/{prefix}".TrimEnd('/');
    }

    public string Text { get; }

    public async Task<long> WriteAsync(string name, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var upload = new S3Upload(client, bucket, prefix + name);
        await using (upload)
        {
            try
            {
                await write(upload);
                await upload.CompleteAsync(cancellationToken);
                return upload.SentBytes;
            }
            catch
            {
                await AbortAsync(upload);
                throw;
            }
        }
    }

    public async Task<Stream> OpenAsync(string name, bool headOnly, CancellationToken cancellationToken) =>
        await client.GetAsync(bucket, prefix + name, headOnly ? HeadRange : null, cancellationToken)
        ?? throw BackupFailures.NoSuchBackup(name, Text);

    public async Task<IReadOnlyList<(string Name, long SizeBytes)>> ListAsync(DatabaseId? only, CancellationToken cancellationToken)
    {
        string wanted = prefix + (only is { } id ? $"{id}/" : DatabaseId.Prefix);
        IReadOnlyList<(string Key, long SizeBytes)> found = await client.ListAsync(bucket, wanted, cancellationToken);
        return
        [
            .. found
                .Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && BackupName.IsValid(item.Key[prefix.Length..]))
                .Select(item => (item.Key[prefix.Length..], item.SizeBytes)),
        ];
    }

    private async Task AbortAsync(S3Upload upload)
    {
        using var limit = new CancellationTokenSource(AbortTimeout, time);
        try
        {
            await upload.AbortAsync(limit.Token);
        }
        catch (Exception exception) when (exception is DormouseException or OperationCanceledException)
        {
            // What failed first is the news; the store's own rule for unfinished uploads removes the parts.
        }
    }
}
