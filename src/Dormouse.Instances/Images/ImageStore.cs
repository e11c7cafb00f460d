namespace Dormouse.Instances.Images;

/// <summary>The images of a data folder: makes the default one once and finds those that are there.</summary>
public sealed class ImageStore(ImageOptions options, TimeProvider time)
{
    /// <summary>The image that new instances get, made now if it is not there yet. Reports progress in lines for a person.</summary>
    public Task<PostgresImage> EnsureDefaultAsync(IProgress<string> progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{options.ImagesPath} {time}");

    public PostgresImage? Find(string digest) => throw new NotImplementedException($"{options.ImagesPath} {digest}");

    public IReadOnlyList<PostgresImage> List() => throw new NotImplementedException(options.ImagesPath);
}
