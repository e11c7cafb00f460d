using Dormouse.Contracts;
using Dormouse.Instances.Images;

namespace Dormouse.Instances.Templates;

/// <summary>The templates of a data folder: makes one per image and clones it.</summary>
public sealed class TemplateStore(string templatesPath, SecretBox? secretBox)
{
    /// <summary>The template of an image, made now if it is not there yet.</summary>
    public Task<InstanceTemplate> EnsureAsync(PostgresImage image, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{templatesPath} {secretBox} {image}");

    /// <summary>
    /// Copies the template to <paramref name="targetDataPath"/>, which must not exist. The target appears whole or not at all. As root
    /// all files become those of <paramref name="ownerUid"/>.
    /// </summary>
    public Task CloneAsync(InstanceTemplate template, string targetDataPath, int? ownerUid, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{templatesPath} {template} {targetDataPath} {ownerUid}");
}
